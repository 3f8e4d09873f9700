package io.vmfactory.factory.app;

import io.vmfactory.pool.PoolClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.Callable;
import java.util.concurrent.Delayed;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** A scheduler whose time passes only in steps. Its tasks run on the thread that steps it. */
public final class SteppedScheduler extends AbstractExecutorService
    implements ScheduledExecutorService {
  private final List<Task> tasks = new ArrayList<>();
  private long nowNanos;
  private final BooleanSupplier dead;
  private volatile boolean killed;

  public SteppedScheduler() {
    this(() -> false);
  }

  /**
   * @param dead whether to run nothing any more
   */
  public SteppedScheduler(BooleanSupplier dead) {
    this.dead = dead;
  }

  /** Runs nothing from now on. */
  void kill() {
    killed = true;
  }

  /** Lets time pass and runs what becomes due, in order. */
  public void step(Duration span) {
    synchronized (this) {
      nowNanos += span.toNanos();
    }
    for (Task task = due(); task != null; task = due()) {
      task.run();
    }
  }

  /** Returns a clock of the same time, for pools. */
  PoolClock poolClock() {
    return new PoolClock() {
      @Override
      public long nanos() {
        synchronized (SteppedScheduler.this) {
          return nowNanos;
        }
      }

      @Override
      public Timer after(Duration delay, Runnable action) {
        Future<?> timer = schedule(action, delay.toNanos(), TimeUnit.NANOSECONDS);
        return () -> timer.cancel(false);
      }
    };
  }

  /** Returns how many tasks wait for their time. */
  public synchronized int waiting() {
    tasks.removeIf(Task::isDone);
    return tasks.size();
  }

  private synchronized @Nullable Task due() {
    if (killed) {
      return null;
    }
    Task next =
        tasks.stream()
            .filter(t -> t.atNanos <= nowNanos)
            .min(Comparator.comparingLong(t -> t.atNanos))
            .orElse(null);
    tasks.remove(next);
    return next;
  }

  @Override
  public synchronized ScheduledFuture<?> schedule(Runnable command, long delay, TimeUnit unit) {
    Task task = new Task(command, nowNanos + unit.toNanos(delay));
    tasks.add(task);
    return task;
  }

  @Override
  public void execute(Runnable command) {
    if (!killed && !dead.getAsBoolean()) {
      command.run();
    }
  }

  private final class Task extends FutureTask<Void> implements ScheduledFuture<Void> {
    private final long atNanos;

    Task(Runnable command, long atNanos) {
      super(command, null);
      this.atNanos = atNanos;
    }

    @Override
    public long getDelay(TimeUnit unit) {
      return unit.convert(atNanos - nowNanos, TimeUnit.NANOSECONDS);
    }

    @Override
    public int compareTo(Delayed other) {
      return Long.compare(getDelay(TimeUnit.NANOSECONDS), other.getDelay(TimeUnit.NANOSECONDS));
    }
  }

  @Override
  public <V> ScheduledFuture<V> schedule(Callable<V> callable, long delay, TimeUnit unit) {
    throw new UnsupportedOperationException();
  }

  @Override
  public ScheduledFuture<?> scheduleAtFixedRate(
      Runnable command, long initialDelay, long period, TimeUnit unit) {
    throw new UnsupportedOperationException();
  }

  @Override
  public ScheduledFuture<?> scheduleWithFixedDelay(
      Runnable command, long initialDelay, long delay, TimeUnit unit) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void shutdown() {}

  @Override
  public List<Runnable> shutdownNow() {
    return List.of();
  }

  @Override
  public boolean isShutdown() {
    return false;
  }

  @Override
  public boolean isTerminated() {
    return false;
  }

  @Override
  public boolean awaitTermination(long timeout, TimeUnit unit) {
    return false;
  }
}
