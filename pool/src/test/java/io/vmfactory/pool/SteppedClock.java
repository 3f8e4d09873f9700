package io.vmfactory.pool;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * A clock that stands still until a test steps it; timers fire on the stepping thread, in order.
 */
public final class SteppedClock implements PoolClock {
  private final List<Alarm> alarms = new ArrayList<>();
  private long now;

  /** Not a record: two alarms may have the same time and action, and only one is cancelled. */
  private static final class Alarm {
    private final long at;
    private final Runnable action;

    private Alarm(long at, Runnable action) {
      this.at = at;
      this.action = action;
    }
  }

  @Override
  public long nanos() {
    return now;
  }

  @Override
  public Timer after(Duration delay, Runnable action) {
    Alarm alarm = new Alarm(now + delay.toNanos(), action);
    alarms.add(alarm);
    return () -> alarms.remove(alarm);
  }

  /** Steps the time; fires each timer on the way at its own moment. */
  public void advance(Duration span) {
    long end = now + span.toNanos();
    for (Alarm next; (next = earliest()) != null && next.at <= end; ) {
      alarms.remove(next);
      now = Math.max(now, next.at);
      next.action.run();
    }
    now = end;
  }

  /** Steps the time without firing any timer. */
  public void slip(Duration span) {
    now += span.toNanos();
  }

  /** Removes and returns a due action for the caller to run. */
  public Runnable takeDue(int index) {
    Alarm alarm = due().get(index);
    alarms.remove(alarm);
    return alarm.action;
  }

  /** Returns how many timers are due now. */
  public int dueCount() {
    return due().size();
  }

  /** Returns how many timers are set. */
  public int pending() {
    return alarms.size();
  }

  /** Returns the time until the next timer; longer than a century if there is none. */
  public Duration untilNext() {
    Alarm next = earliest();
    return next == null ? Duration.ofDays(100_000) : Duration.ofNanos(Math.max(0, next.at - now));
  }

  private List<Alarm> due() {
    return alarms.stream().filter(alarm -> alarm.at <= now).toList();
  }

  private Alarm earliest() {
    return alarms.stream().min(Comparator.comparingLong(alarm -> alarm.at)).orElse(null);
  }
}
