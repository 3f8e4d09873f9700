package io.vmfactory.template;

import io.vmfactory.configs.time.Laps.Lap;
import io.vmfactory.vmm.VmSpec;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * What is stored about a template beside its memory and device state.
 *
 * @param key digest of the fingerprint, and name of the template's directory
 * @param fingerprint what the template fits
 * @param spec spec of its clones
 * @param created when it was published
 * @param memory its memory
 * @param state its device state
 * @param quiesce what the guest reported when it was quiesced
 * @param steps duration of each step of the build
 */
record Manifest(
    String key,
    Fingerprint fingerprint,
    VmSpec spec,
    Instant created,
    MemoryContent memory,
    StateContent state,
    Quiesce quiesce,
    List<Step> steps) {
  Manifest {
    steps = List.copyOf(steps);
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
        memory.dataBytes(),
        state.bytes(),
        fingerprint.vmmVersion(),
        loaded,
        refused,
        steps.stream().map(Step::lap).toList());
  }
}
