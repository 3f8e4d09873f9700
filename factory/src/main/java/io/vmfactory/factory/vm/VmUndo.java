package io.vmfactory.factory.vm;

import io.vmfactory.configs.time.CancelledException;
import io.vmfactory.vmm.Vm;
import io.vmfactory.vmm.VmExit;
import io.vmfactory.vmm.VmmException;
import java.util.concurrent.CompletableFuture;

/** Ends VMs that must not live on. */
public final class VmUndo {
  private VmUndo() {}

  /** Kills {@code vm} though the thread may be cancelled; the cancellation stays pending. */
  public static void kill(Vm vm) {
    boolean cancelled = Thread.interrupted();
    try {
      vm.kill();
    } catch (CancelledException e) {
      cancelled = true;
      Thread.interrupted();
      vm.kill();
    } finally {
      if (cancelled) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /**
   * Kills {@code vm} because of {@code failure}.
   *
   * @return what to throw: the VM's own end, where that is what the failure came from
   */
  public static RuntimeException kill(Vm vm, RuntimeException failure) {
    CompletableFuture<VmExit> exited = vm.signals().exited().toCompletableFuture();
    RuntimeException told = failure;
    if (exited.isDone() && !exited.isCompletedExceptionally()) {
      told =
          new VmmException(
              VmmException.Reason.DIED,
              "the VM ended by itself: %s (%s)".formatted(exited.join(), failure.getMessage()),
              failure);
    }
    try {
      kill(vm);
    } catch (RuntimeException e) {
      told.addSuppressed(e);
    }
    return told;
  }
}
