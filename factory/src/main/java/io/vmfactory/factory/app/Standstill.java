package io.vmfactory.factory.app;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.vmm.Vm;
import io.vmfactory.vmm.VmPhase;
import java.time.Duration;
import java.util.function.Supplier;

/** Steps during which a VM stands still, because what it does from then on would be lost. */
final class Standstill {
  /** For the answer to a command that lets the VM go on, when the request's time is over. */
  private static final Duration RESUMING = Duration.ofSeconds(2);

  private Standstill() {}

  /** Stops a VM, then takes the step. If the step fails, a VM that ran before goes on. */
  static <T> T during(Vm vm, Deadline deadline, Supplier<T> step) {
    boolean ran = vm.phase() == VmPhase.RUNNING;
    if (ran) {
      vm.stop(deadline);
    }
    try {
      return step.get();
    } catch (RuntimeException | Error e) {
      if (ran) {
        goOn(vm, e);
      }
      throw e;
    }
  }

  private static void goOn(Vm vm, Throwable cause) {
    boolean cancelled = Thread.interrupted();
    try {
      vm.cont(Deadline.after(RESUMING));
    } catch (RuntimeException e) {
      cause.addSuppressed(e);
    } finally {
      if (cancelled) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
