package io.vmfactory.runtime.containers;

import io.vmfactory.configs.ErrorText;
import io.vmfactory.configs.time.Deadline;
import io.vmfactory.configs.time.WallClock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds out that a suspended VM is gone: at the end of its lease, or a minute later if another
 * client has deleted it or the daemon did not run then. Thread-safe.
 *
 * @param clock the host's clock
 * @param later runs looks
 */
record LeaseWatch(WallClock clock, Later later) {
  private static final Logger log = LoggerFactory.getLogger(LeaseWatch.class);
  private static final Duration LIMIT = Duration.ofSeconds(30);

  /** Longest time between two looks. */
  static final Duration LOOK_AGAIN = Duration.ofMinutes(1);

  /** What the daemon may take to delete a VM whose lease has ended. */
  static final Duration GRACE = Duration.ofSeconds(1);

  /** Runs tasks that may block. */
  interface Later {
    /** Runs a task after a time. */
    void run(Duration in, Runnable task);
  }

  /** What may be suspended. */
  interface Watched {
    /**
     * Asks the daemon for the lease of the VM that is suspended, and ends this if there is none.
     *
     * @return when the lease ends; empty if there is nothing to watch any more
     */
    Optional<Instant> checkLease(Deadline deadline);
  }

  /** Watches something until it is suspended no more. */
  void begin(Watched watched) {
    later.run(Duration.ZERO, () -> look(watched));
  }

  private void look(Watched watched) {
    Duration next = LOOK_AGAIN;
    try {
      Optional<Instant> end = watched.checkLease(Deadline.after(LIMIT));
      if (end.isEmpty()) {
        return;
      }
      next = until(end.get());
    } catch (RuntimeException e) {
      log.debug("the lease of a suspended VM is not known now: {}", ErrorText.of(e));
    }
    later.run(next, () -> look(watched));
  }

  private Duration until(Instant end) {
    Duration left = Duration.between(clock.now(), end);
    Duration wait = left.isNegative() ? GRACE : left.plus(GRACE);
    return wait.compareTo(LOOK_AGAIN) < 0 ? wait : LOOK_AGAIN;
  }
}
