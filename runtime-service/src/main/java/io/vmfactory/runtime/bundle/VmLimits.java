package io.vmfactory.runtime.bundle;

import io.vmfactory.client.sandbox.SandboxException;
import io.vmfactory.client.sandbox.SandboxException.Reason;
import io.vmfactory.guest.oci.OciSpec;
import io.vmfactory.guest.oci.ResourceLimits;
import org.jspecify.annotations.Nullable;

/** The limits that size the VM of an engine's container. */
final class VmLimits {
  private static final String CRI = "io.kubernetes.cri.sandbox-";

  private VmLimits() {}

  /** Returns the limits of the pod, which CRI sums up in annotations, or else of the container. */
  static ResourceLimits of(OciSpec spec) {
    ResourceLimits own = spec.limits();
    Long memory = annotated(spec, "memory");
    Long quota = annotated(spec, "cpu-quota");
    return new ResourceLimits(
        memory == null ? own.memoryBytes() : memory,
        quota == null ? own.cpuQuotaMicros() : quota,
        quota == null ? own.cpuPeriodMicros() : annotated(spec, "cpu-period"),
        null,
        null);
  }

  private static @Nullable Long annotated(OciSpec spec, String name) {
    String text = spec.annotation(CRI + name);
    try {
      return text.isEmpty() || Long.parseLong(text) == 0 ? null : Long.valueOf(text);
    } catch (NumberFormatException e) {
      throw new SandboxException(
          Reason.INVALID,
          "annotations[\"%s%s\"] is \"%s\"; it must be a number".formatted(CRI, name, text),
          e);
    }
  }
}
