package io.vmfactory.template;

import io.vmfactory.configs.time.Laps.Lap;
import io.vmfactory.vmm.VmSpec;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * What is written of a template beside its memory and state.
 *
 * @param key digest of the fingerprint, and the name of the template's directory
 * @param fingerprint what it is good for
 * @param spec what its clones are
 * @param created when it was published
 * @param memory its memory
 * @param state its device state
 * @param quiesce what quiescing the guest was worth
 * @param steps how long the build took, step by step
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
   * Device state.
   *
   * @param bytes its length
   * @param sha256 plain SHA-256, 64 hex digits
   */
  record StateContent(long bytes, String sha256) {
    static StateContent of(byte[] state) {
      return new StateContent(state.length, Sha256.hex(state));
    }
  }

  /**
   * Guest memory around the quiescing.
   *
   * @param dataBytesBefore pages not all zeros before
   * @param dataBytesAfter the same when the guest stood still
   * @param zeroedKib free memory the guest overwrote with zeros
   * @param usedKib what it still holds by its own account
   */
  record Quiesce(long dataBytesBefore, long dataBytesAfter, long zeroedKib, long usedKib) {}

  /**
   * One step of the build.
   *
   * @param name what it was
   * @param micros how long it took
   */
  record Step(String name, long micros) {
    static Step of(Lap lap) {
      return new Step(lap.name(), lap.span().toNanos() / 1000);
    }

    Lap lap() {
      return new Lap(name, Duration.ofNanos(micros * 1000));
    }
  }

  /** Which snapshot this is, see {@link TemplateInfo#digest()}. */
  String digest() {
    return Sha256.hex((memory.sha256() + state.sha256()).getBytes(StandardCharsets.US_ASCII));
  }

  /** As the outside sees it. */
  TemplateInfo info(boolean loaded, String refused) {
    return new TemplateInfo(
        new TemplateKey(key),
        digest(),
        spec,
        created,
        memory.dataBytes(),
        state.bytes(),
        fingerprint.vmmVersion(),
        loaded,
        refused,
        steps.stream().map(Step::lap).toList());
  }
}
