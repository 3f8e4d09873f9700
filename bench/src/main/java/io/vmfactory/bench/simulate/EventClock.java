package io.vmfactory.bench.simulate;

import io.vmfactory.pool.PoolClock;
import java.time.Duration;
import java.util.Comparator;
import java.util.PriorityQueue;

/**
 * A clock that jumps from event to event, so a simulated day takes only as long as its computation.
 * Timers fire on the thread that moves the clock, in the order of their moments; those of one
 * moment fire in the order in which they were set. For one thread.
 */
final class EventClock implements PoolClock {
  private final PriorityQueue<Alarm> alarms =
      new PriorityQueue<>(Comparator.comparingLong(Alarm::at).thenComparingLong(Alarm::number));
  private long now;
  private long numbers;

  private record Alarm(long at, long number, Runnable action) {}

  @Override
  public long nanos() {
    return now;
  }

  @Override
  public Timer after(Duration delay, Runnable action) {
    Alarm alarm = new Alarm(now + delay.toNanos(), numbers++, action);
    alarms.add(alarm);
    return () -> alarms.remove(alarm);
  }

  /** Moves on to {@code end} nanoseconds; fires each timer on the way at its own moment. */
  void advanceTo(long end) {
    for (Alarm next; (next = alarms.peek()) != null && next.at <= end; ) {
      alarms.remove();
      now = next.at;
      next.action.run();
    }
    now = end;
  }
}
