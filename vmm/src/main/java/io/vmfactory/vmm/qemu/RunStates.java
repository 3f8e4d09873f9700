package io.vmfactory.vmm.qemu;

import io.vmfactory.vmm.VmPhase;
import io.vmfactory.vmm.qmp.QmpCommand.RunState;
import org.jspecify.annotations.Nullable;

/** What QEMU's run states mean to us. */
final class RunStates {
  private RunStates() {}

  /**
   * The phase a VM in that state is in; null when there is none: the guest has panicked, shut down,
   * met an I/O error.
   */
  static @Nullable VmPhase phase(RunState state) {
    return switch (state.status()) {
      case "inmigrate" -> VmPhase.INCOMING;
      case "prelaunch", "paused", "postmigrate" -> VmPhase.PAUSED;
      case "running" -> VmPhase.RUNNING;
      default -> null;
    };
  }
}
