package io.vmfactory.runtime.containers;

import io.vmfactory.linux.OsException;
import io.vmfactory.linux.ProcessIdentity;
import java.util.concurrent.CompletableFuture;

/** Watches the processes that stand for containers on the host. */
final class StandIn {
  private StandIn() {}

  /** Returns a stage that completes when the process has ended; at once if it has before. */
  static CompletableFuture<Void> watch(Keeping keeping, ProcessIdentity process) {
    try {
      return keeping
          .processes()
          .adopt(process)
          .exited()
          .<Void>thenApply(status -> null)
          .toCompletableFuture();
    } catch (OsException e) {
      if (e.kind() == OsException.Kind.GONE) {
        return CompletableFuture.completedFuture(null);
      }
      throw e;
    }
  }
}
