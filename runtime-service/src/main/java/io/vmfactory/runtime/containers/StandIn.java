package io.vmfactory.runtime.containers;

import io.vmfactory.configs.ErrorText;
import io.vmfactory.configs.time.Deadline;
import io.vmfactory.linux.OsException;
import io.vmfactory.linux.ProcessIdentity;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Watches the processes that stand for containers on the host, and acts when one has ended. */
final class StandIn {
  private static final Logger log = LoggerFactory.getLogger(StandIn.class);
  private static final int SIGKILL = 9;
  private static final Duration LIMIT = Duration.ofSeconds(30);

  private StandIn() {}

  /** A container whose stand-in has ended is of no use to its engine or command. */
  static void ended(KeptContainer container) {
    if (container.isForeground()) {
      Foreground.end(container);
    } else if (container.view().state() != ContainerView.State.STOPPED) {
      killQuietly(container);
    }
  }

  private static void killQuietly(KeptContainer container) {
    try {
      container.signal(SIGKILL, true, Deadline.after(LIMIT));
    } catch (RuntimeException e) {
      log.info("container {}: not killed: {}", container.name(), ErrorText.of(e));
    }
  }

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
