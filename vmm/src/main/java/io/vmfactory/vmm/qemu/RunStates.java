package io.vmfactory.vmm.qemu;

import io.vmfactory.vmm.VmPhase;
import io.vmfactory.vmm.qmp.QmpCommand.RunState;
import org.jspecify.annotations.Nullable;

/** Maps QEMU's run states to phases. */
final class RunStates {
  private RunStates() {}

  /**
   * Returns the phase of a VM in that state. Returns null if the guest has panicked, shut down or
   * met an I/O error.
   */
  static @Nullable VmPhase phase(RunState state) {
    return switch (state.status()) {
      case "inmigrate" -> VmPhase.INCOMING;
      // "finish-migrate" lasts until a moment after the event that the state is saved
      case "prelaunch", "paused", "finish-migrate", "postmigrate" -> VmPhase.PAUSED;
      case "running" -> VmPhase.RUNNING;
      default -> null;
    };
  }
}
