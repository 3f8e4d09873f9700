package io.vmfactory.pool;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** A clock that stands still until it is stepped; timers fire on the stepping thread, in order. */
public final class SteppedClock implements PoolClock {
  private final List<Alarm> alarms = new ArrayList<>();
  private long now;

  private record Alarm(long at, Runnable action) {}

  @Override
  public long nanos() {
    return now;
  }

  @Override
  public Timer after(Duration delay, Runnable action) {
    Alarm alarm = new Alarm(now + delay.toNanos(), action);
    alarms.add(alarm);
    return () -> alarms.removeIf(other -> other == alarm);
  }

  /** Steps the time, firing what falls due on the way at its own moment. */
  public void advance(Duration span) {
    long end = now + span.toNanos();
    for (Alarm next; (next = earliest()) != null && next.at <= end; ) {
      alarms.remove(next);
      now = Math.max(now, next.at);
      next.action.run();
    }
    now = end;
  }

  /** Steps the time without firing anything. */
  public void slip(Duration span) {
    now += span.toNanos();
  }

  /** What is due now, taken out for the caller to run. */
  public Runnable takeDue(int index) {
    Alarm alarm = due().get(index);
    alarms.remove(alarm);
    return alarm.action;
  }

  /** How many alarms are due now. */
  public int dueCount() {
    return due().size();
  }

  /** How many alarms are set. */
  public int pending() {
    return alarms.size();
  }

  /** Time until the next alarm; longer than a century when there is none. */
  public Duration untilNext() {
    Alarm next = earliest();
    return next == null ? Duration.ofDays(100_000) : Duration.ofNanos(Math.max(0, next.at - now));
  }

  private List<Alarm> due() {
    return alarms.stream().filter(alarm -> alarm.at <= now).toList();
  }

  private Alarm earliest() {
    return alarms.stream().min(Comparator.comparingLong(Alarm::at)).orElse(null);
  }
}
