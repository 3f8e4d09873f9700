package io.vmfactory.cli;

import io.vmfactory.api.v1.Event;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Reports events of the daemon that may have changed a pool. */
final class PoolChanges {
  private CompletableFuture<Void> next = new CompletableFuture<>();
  private boolean over;
  private int lastSeq;

  /** Accepts the next event of the daemon. */
  synchronized void accept(Event event) {
    boolean missedSome = lastSeq != 0 && event.getSeq() != lastSeq + 1;
    lastSeq = event.getSeq();
    if (missedSome || concernsPools(event.getKind())) {
      next.complete(null);
    }
  }

  /** Marks the end of the events. */
  synchronized void over() {
    over = true;
    next.completeExceptionally(ended());
  }

  /**
   * Returns a stage that completes with the next change after this call. It fails if the events
   * end.
   */
  synchronized CompletionStage<Void> next() {
    if (over) {
      return CompletableFuture.failedFuture(ended());
    }
    if (next.isDone()) {
      next = new CompletableFuture<>();
    }
    return next;
  }

  private static boolean concernsPools(Event.Kind kind) {
    return switch (kind) {
      case POOL_FILLED, POOL_RESIZED, POOL_DRAINED, TEMPLATE_CREATED, TEMPLATE_DELETED -> true;
      default -> false;
    };
  }

  private static CliException ended() {
    return new CliException(
        Exit.NOT_RUNNING,
        "the daemon ended, or the connection to it was lost",
        "start it again with: vmfactory serve");
  }
}
