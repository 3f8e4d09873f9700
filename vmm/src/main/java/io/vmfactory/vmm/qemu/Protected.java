package io.vmfactory.vmm.qemu;

import io.vmfactory.configs.QemuConfig.Isolation.Mode;
import io.vmfactory.vmm.Capability;
import io.vmfactory.vmm.VmmException;
import io.vmfactory.vmm.VmmException.Reason;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A protection of VMs, as far as this host has it.
 *
 * @param found whether the host has it, and why not
 * @param value what provides it; null = VMs do without
 */
record Protected<T>(Capability found, @Nullable T value) {
  /**
   * Returns the protection, or that VMs do without.
   *
   * @param key the configuration's key
   * @param mode its value
   * @throws VmmException with reason {@code UNUSABLE} if it is required and the host lacks it
   */
  static <T> Protected<T> of(String key, Mode mode, Capability found, Supplier<T> made) {
    if (found.usable()) {
      return new Protected<>(found, made.get());
    }
    if (mode == Mode.REQUIRED) {
      throw new VmmException(
          Reason.UNUSABLE,
          "%s = \"required\", but this host does not allow it: %s".formatted(key, found.why()));
    }
    return new Protected<>(found, null);
  }
}
