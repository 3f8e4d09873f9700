package io.vmfactory.cli;

import io.vmfactory.api.v1.Event;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Tells when something happened in the daemon that may have changed a pool. */
final class PoolChanges {
  private CompletableFuture<Void> next = new CompletableFuture<>();
  private boolean over;
  private int lastSeq;

  /** An event of the daemon's, in order. */
  synchronized void told(Event event) {
    boolean missedSome = lastSeq != 0 && event.getSeq() != lastSeq + 1;
    lastSeq = event.getSeq();
    if (missedSome || concernsPools(event.getKind())) {
      next.complete(null);
    }
  }

  /** There will be no more events. */
  synchronized void over() {
    over = true;
    next.completeExceptionally(ended());
  }

  /** Completes with the next change after this call; fails when there will be none. */
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
        "the daemon has ended, or the connection to it was lost",
        "start it again with: vmfactory serve");
  }
}
