package io.vmfactory.template;

import io.vmfactory.vmm.HypervisorInfo;
import io.vmfactory.vmm.VmSpec;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Computes fingerprints on this host, and explains why a template made elsewhere or earlier does
 * not fit.
 */
final class Fingerprints {
  private final HypervisorInfo host;
  private final FileDigests digests = new FileDigests();
  private volatile @Nullable Keyed last;

  /** A fingerprint and its key; the key takes longer to compute than the fingerprint to compare. */
  private record Keyed(Fingerprint fingerprint, TemplateKey key) {}

  Fingerprints(HypervisorInfo host) {
    this.host = host;
  }

  /**
   * Returns the fingerprint that a template of {@code spec} has on this host now.
   *
   * @throws TemplateException if kernel, initrd or VMM cannot be read; names the file
   */
  Fingerprint of(VmSpec spec) {
    var kernel =
        new Fingerprint.Kernel(
            digests.sha256("kernel", spec.kernel().image()),
            digests.sha256("initrd", spec.kernel().initrd()),
            spec.kernel().parameters());
    return new Fingerprint(
        Fingerprint.FORMAT,
        host.version(),
        digests.sha256("VMM", host.program()),
        host.hostCpu(),
        spec.machine(),
        spec.boot(),
        spec.max(),
        spec.memorySlots(),
        kernel,
        spec.agent(),
        spec.devices());
  }

  /** Returns the key of {@link #of}. Every request calls this, most often with the same spec. */
  TemplateKey keyOf(VmSpec spec) {
    Fingerprint now = of(spec);
    Keyed known = last;
    if (known == null || !known.fingerprint().equals(now)) {
      known = new Keyed(now, now.key());
      last = known;
    }
    return known.key();
  }

  /**
   * Returns why this host may not load the template; empty if it may. A built template must be the
   * one that a build would make now. A snapshot of a VM that ran has its kernel in its memory, so
   * the files may have changed since.
   */
  Optional<String> mismatch(Manifest manifest) {
    Fingerprint made = manifest.fingerprint();
    VmSpec spec = manifest.spec();
    if (made.machine().accelerator() != host.accelerator()) {
      return differs(
          "accelerator", made.machine().accelerator().label(), host.accelerator().label());
    }
    if (!made.vmmVersion().equals(host.version())) {
      return differs("VMM version", made.vmmVersion(), host.version());
    }
    if (!made.hostCpu().equals(host.hostCpu())) {
      return differs("host CPU", made.hostCpu(), host.hostCpu());
    }
    try {
      return manifest.snapshot().isEmpty() ? fileMismatch(made, of(spec), spec) : otherVmm(made);
    } catch (TemplateException e) {
      return Optional.of(String.valueOf(e.getMessage()));
    }
  }

  private Optional<String> fileMismatch(Fingerprint made, Fingerprint now, VmSpec spec) {
    Optional<String> other = otherVmm(made);
    if (other.isPresent()) {
      return other;
    }
    if (!made.kernel().imageSha256().equals(now.kernel().imageSha256())) {
      return Optional.of("kernel has changed since: " + spec.kernel().image());
    }
    if (!made.kernel().initrdSha256().equals(now.kernel().initrdSha256())) {
      return Optional.of("initrd has changed since: " + spec.kernel().initrd());
    }
    return made.equals(now)
        ? Optional.empty()
        : Optional.of("its spec is not the one it was made from");
  }

  private Optional<String> otherVmm(Fingerprint made) {
    return made.vmmProgramSha256().equals(digests.sha256("VMM", host.program()))
        ? Optional.empty()
        : Optional.of("made by another build of " + host.program());
  }

  private static Optional<String> differs(String what, String made, String here) {
    return Optional.of("%s differs: made with %s, this host has %s".formatted(what, made, here));
  }
}
