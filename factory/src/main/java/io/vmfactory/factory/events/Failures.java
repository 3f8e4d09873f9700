package io.vmfactory.factory.events;

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

/** What went wrong lately: kept for status, told as events, logged. */
public final class Failures {
  /** How many are kept. */
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

  /** Something failed with an exception; that a client waits no longer is no failure. */
  public void record(String what, String vmId, Throwable cause) {
    if (cause instanceof DeadlineExceededException || cause instanceof CancelledException) {
      return;
    }
    recordOwn(what, vmId, cause);
  }

  /**
   * Something failed that no client asked for. A deadline that passed is the daemon's own then, and
   * a failure: a VM that hangs shows itself by that alone.
   */
  public void recordOwn(String what, String vmId, Throwable cause) {
    record(what, vmId, String.valueOf(cause.getMessage()), cause);
    LOG.debug("the failure of {} in full", what, cause);
  }

  /** Something failed. */
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

  /** Newest first. */
  public synchronized List<RecordedFailure> all() {
    return List.copyOf(newestFirst);
  }
}
