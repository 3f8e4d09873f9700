package io.vmfactory.harness.storm;

import io.vmfactory.api.v1.Route;
import io.vmfactory.client.VmHandle;
import java.util.concurrent.CompletableFuture;

/**
 * A leased VM that a client has.
 *
 * @param handle the client library's handle
 * @param last the last request that granted or renewed the lease
 * @param layers layers that its drives may have; each snapshot adds one
 * @param paused whether it may be paused, so that its agent does not answer
 */
record Grant(VmHandle handle, Operation last, int layers, boolean paused) {
  String vm() {
    return handle.vm().getId();
  }

  String lease() {
    return handle.lease().getId();
  }

  /** Returns whether a snapshot of it is possible. */
  boolean canBeCopied() {
    return handle.granted().getRoute() != Route.COLD;
  }

  /** Completes when the VM's process has ended, which may have happened already. */
  CompletableFuture<Void> exit() {
    return ProcessHandle.of(handle.vm().getPid())
        .map(process -> process.onExit().<Void>thenApply(ended -> null))
        .orElseGet(() -> CompletableFuture.completedFuture(null));
  }

  Grant renewed(Operation renewal) {
    return new Grant(handle, renewal, layers, paused);
  }

  /** Returns this VM after a snapshot of it was asked for. */
  Grant copied() {
    return new Grant(handle, last, layers + 1, paused);
  }

  Grant paused(boolean now) {
    return new Grant(handle, last, layers, now);
  }
}
