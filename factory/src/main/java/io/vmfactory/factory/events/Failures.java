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
    if (!isOfClient(cause)) {
      recordOwn(what, vmId, cause);
    }
  }

  private static boolean isOfClient(Throwable cause) {
    return cause instanceof DeadlineExceededException || CancelledException.isCauseOf(cause);
  }

  /**
   * Records the failure of an operation that no client asked for. Here a passed deadline is the
   * daemon's own and counts as a failure: it may be the only sign of a VM that hangs.
   */
  public void recordOwn(String what, String vmId, Throwable cause) {
    record(new RecordedFailure(clock.now(), null, vmId, what, ErrorText.of(cause)), cause);
    LOG.debug("stack trace of the failure of {}", what, cause);
  }

  /** Records an operation that failed, with the cause in words. */
  public void record(String what, String vmId, String cause) {
    record(new RecordedFailure(clock.now(), null, vmId, what, cause), null);
  }

  /**
   * Records that something failed about a client's VM.
   *
   * @param owner the user that the VM belongs to
   */
  public void recordOf(long owner, String what, String vmId, String cause) {
    record(new RecordedFailure(clock.now(), owner, vmId, what, cause), null);
  }

  /** Records what {@link #record(String, String, Throwable)} records, about a client's VM. */
  public void recordOf(long owner, String what, String vmId, Throwable cause) {
    if (!isOfClient(cause)) {
      record(new RecordedFailure(clock.now(), owner, vmId, what, ErrorText.of(cause)), cause);
    }
  }

  private void record(RecordedFailure failure, @Nullable Throwable thrown) {
    keep(failure);
    LOG.warn("{} failed: {}", failure.what(), failure.cause());
    String detail = failure.what() + ": " + failure.cause();
    events.emit(Kind.FAILURE, failure.owner(), failure.vmId(), "", "", detail);
    observer.trouble(failure.what(), thrown);
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
