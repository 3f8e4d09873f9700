package io.vmfactory.template;

import io.vmfactory.configs.time.Laps.Lap;
import io.vmfactory.linux.Sha256;
import io.vmfactory.vmm.VmSpec;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What is stored about a template beside its memory and device state.
 *
 * @param key name of the template's directory: digest of the fingerprint, or of a snapshot's
 *     content
 * @param fingerprint what the template fits
 * @param spec spec of its clones
 * @param created when it was published
 * @param memory its memory, as a whole
 * @param state its device state
 * @param quiesce what the guest reported when it was quiesced
 * @param steps duration of each step of the build
 * @param snapshot empty if the template was built; one element if it is a snapshot of a VM that ran
 */
record Manifest(
    String key,
    Fingerprint fingerprint,
    VmSpec spec,
    Instant created,
    MemoryContent memory,
    StateContent state,
    Quiesce quiesce,
    List<Step> steps,
    List<SnapshotContent> snapshot) {
  Manifest {
    steps = List.copyOf(steps);
    snapshot = List.copyOf(snapshot);
  }

  /**
   * What a snapshot of a VM that ran consists of.
   *
   * @param spec devices and sizes of the VM
   */
  record Snapshot(VmSpec spec, MemoryContent memory, StateContent state, SnapshotContent content) {}

  /** Everything that the key of a snapshot is a digest of. */
  private record KeyMaterial(Fingerprint fingerprint, Snapshot snapshot) {
    private String key() {
      return Canonical.sha256("vmfactory snapshot key", this);
    }
  }

  /**
   * Returns the manifest of a snapshot. Nothing is known about its guest's quiescing: it ran.
   *
   * @param possibleCpus how many CPUs the guest's kernel can have
   */
  static Manifest ofSnapshot(
      Fingerprint fingerprint,
      int possibleCpus,
      Instant created,
      Snapshot snapshot,
      List<Step> steps) {
    long data = snapshot.memory().dataBytes();
    return new Manifest(
        new KeyMaterial(fingerprint, snapshot).key(),
        fingerprint,
        snapshot.spec(),
        created,
        snapshot.memory(),
        snapshot.state(),
        new Quiesce(data, data, 0, 0, possibleCpus),
        steps,
        List.of(snapshot.content()));
  }

  /** Returns what a snapshot of a VM that ran consists of; empty if the template was built. */
  Optional<Snapshot> asSnapshot() {
    return snapshot.stream().findFirst().map(of -> new Snapshot(spec, memory, state, of));
  }

  /** Returns the key that a template of this content has. */
  String expectedKey() {
    return asSnapshot()
        .map(content -> new KeyMaterial(fingerprint, content).key())
        .orElseGet(() -> fingerprint.key().hex());
  }

  /**
   * Returns the files of its memory. The first is the whole memory of a template, each further one
   * a difference to those before it.
   */
  List<MemoryContent> memoryFiles() {
    List<MemoryContent> chain = snapshot.stream().flatMap(of -> of.memory().stream()).toList();
    return chain.isEmpty() ? List.of(memory) : chain;
  }

  /** Returns the bytes of data in the last of these files, which no other template has. */
  private long ownMemoryBytes() {
    List<MemoryContent> files = memoryFiles();
    return files.get(files.size() - 1).dataBytes();
  }

  /** Returns the drives of its clones. */
  List<SnapshotContent.Drive> drives() {
    return snapshot.stream().flatMap(of -> of.drives().stream()).toList();
  }

  /**
   * The stored device state.
   *
   * @param bytes length in bytes
   * @param sha256 plain SHA-256, 64 hex digits
   */
  record StateContent(long bytes, String sha256) {
    static StateContent of(byte[] state) {
      return new StateContent(state.length, Sha256.hex(state));
    }
  }

  /**
   * Guest memory before and after quiescing, and the limit of the guest's kernel.
   *
   * @param dataBytesBefore bytes in pages that were not all zeros before
   * @param dataBytesAfter the same once the guest stood still
   * @param zeroedKib free memory that the guest overwrote with zeros, in KiB
   * @param usedKib memory that the guest itself says it uses, in KiB
   * @param possibleCpus how many CPUs its kernel can have, plugged ones included
   */
  record Quiesce(
      long dataBytesBefore, long dataBytesAfter, long zeroedKib, long usedKib, int possibleCpus) {}

  /**
   * One step of the build.
   *
   * @param name name of the step
   * @param micros duration in microseconds
   */
  record Step(String name, long micros) {
    static Step of(Lap lap) {
      return new Step(lap.name(), lap.span().toNanos() / 1000);
    }

    Lap lap() {
      return new Lap(name, Duration.ofNanos(micros * 1000));
    }
  }

  /** Returns which snapshot this is, see {@link TemplateInfo#digest()}. */
  String digest() {
    return Sha256.hex((memory.sha256() + state.sha256()).getBytes(StandardCharsets.US_ASCII));
  }

  /** Returns the template as other rooms see it. */
  TemplateInfo info(boolean loaded, String refused) {
    return new TemplateInfo(
        new TemplateKey(key),
        digest(),
        spec,
        quiesce.possibleCpus(),
        created,
        ownMemoryBytes(),
        state.bytes(),
        fingerprint.vmmVersion(),
        loaded,
        refused,
        steps.stream().map(Step::lap).toList(),
        snapshot.stream().findFirst().map(SnapshotContent::facts).orElse(null));
  }
}
