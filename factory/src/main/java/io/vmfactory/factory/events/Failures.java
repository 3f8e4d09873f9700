package io.vmfactory.factory.events;

import io.vmfactory.configs.ErrorText;
import io.vmfactory.configs.time.CancelledException;
import io.vmfactory.configs.time.DeadlineExceededException;
import io.vmfactory.configs.time.WallClock;
import io.vmfactory.factory.events.Events.Kind;
import io.vmfactory.factory.observe.Observer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The recent failures of the daemon: kept for status, sent as events, logged. */
public final class Failures {
  /** How many failures are kept. */
  static final int KEPT = 32;

  private static final Logger LOG = LoggerFactory.getLogger(Failures.class);

  private final Deque<RecordedFailure> newestFirst = new ArrayDeque<>();
  private final WallClock clock;
  private final EventBus events;
  private final Observer observer;

  public Failures(WallClock clock, EventBus events, Observer observer) {
    this.clock = clock;
    this.events = events;
    this.observer = observer;
  }

  /**
   * Records an operation that failed with an exception. If the exception only says that the client
   * no longer waits, it is not recorded as a failure.
   */
  public void record(String what, String vmId, Throwable cause) {
    if (cause instanceof DeadlineExceededException || cause instanceof CancelledException) {
      return;
    }
    recordOwn(what, vmId, cause);
  }

  /**
   * Records the failure of an operation that no client asked for. Here a passed deadline is the
   * daemon's own and counts as a failure: it may be the only sign of a VM that hangs.
   */
  public void recordOwn(String what, String vmId, Throwable cause) {
    record(what, vmId, ErrorText.of(cause), cause);
    LOG.debug("stack trace of the failure of {}", what, cause);
  }

  /** Records an operation that failed, with the cause in words. */
  public void record(String what, String vmId, String cause) {
    record(what, vmId, cause, null);
  }

  private void record(String what, String vmId, String cause, @Nullable Throwable thrown) {
    keep(new RecordedFailure(clock.now(), what, cause));
    LOG.warn("{} failed: {}", what, cause);
    events.emit(Kind.FAILURE, vmId, "", "", what + ": " + cause);
    observer.trouble(what, thrown);
  }

  private synchronized void keep(RecordedFailure failure) {
    if (newestFirst.size() == KEPT) {
      newestFirst.removeLast();
    }
    newestFirst.addFirst(failure);
  }

  /** Returns the recent failures, newest first. */
  public synchronized List<RecordedFailure> all() {
    return List.copyOf(newestFirst);
  }
}
