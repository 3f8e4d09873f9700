package io.vmfactory.harness.storm;

import io.vmfactory.client.VmHandle;
import java.util.concurrent.CompletableFuture;

/**
 * A leased VM in a client's hands.
 *
 * @param handle the library's own
 * @param last the request that granted the lease or renewed it last
 */
record Grant(VmHandle handle, Operation last) {
  String vm() {
    return handle.vm().getId();
  }

  String lease() {
    return handle.lease().getId();
  }

  /** Completes when the VM's process has ended; it may have by now. */
  CompletableFuture<Void> exit() {
    return ProcessHandle.of(handle.vm().getPid())
        .map(process -> process.onExit().<Void>thenApply(ended -> null))
        .orElseGet(() -> CompletableFuture.completedFuture(null));
  }

  Grant renewed(Operation renewal) {
    return new Grant(handle, renewal);
  }
}
