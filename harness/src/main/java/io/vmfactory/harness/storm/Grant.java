package io.vmfactory.harness.storm;

import io.vmfactory.client.VmHandle;
import java.util.concurrent.CompletableFuture;

/**
 * A leased VM that a client has.
 *
 * @param handle the client library's handle
 * @param last the last request that granted or renewed the lease
 */
record Grant(VmHandle handle, Operation last) {
  String vm() {
    return handle.vm().getId();
  }

  String lease() {
    return handle.lease().getId();
  }

  /** Completes when the VM's process has ended, which may have happened already. */
  CompletableFuture<Void> exit() {
    return ProcessHandle.of(handle.vm().getPid())
        .map(process -> process.onExit().<Void>thenApply(ended -> null))
        .orElseGet(() -> CompletableFuture.completedFuture(null));
  }

  Grant renewed(Operation renewal) {
    return new Grant(handle, renewal);
  }
}
