package io.vmfactory.factory.calls;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A bounded number of threads that requests may block. A thread is made when none is free, and ends
 * when it had nothing to do for a while. Of the free ones the one that was busy last goes first, so
 * that a single client meets warm caches. Never virtual threads: a worker waits in native code for
 * the sockets that it reads itself, and a virtual thread would hold up its carrier there (ADR
 * 0023).
 */
final class Workers implements Executor, AutoCloseable {
  private static final Duration IDLE = Duration.ofSeconds(30);

  private final int count;
  private final ExecutorService threads;
  private final Queue<Runnable> waiting = new ArrayDeque<>();
  private int busy;
  private boolean closed;

  /**
   * @param name what the threads are called, with a number
   * @param count most tasks at once; further ones wait
   */
  Workers(String name, int count) {
    this.count = count;
    this.threads =
        new ThreadPoolExecutor(
            0,
            Integer.MAX_VALUE, // bounded here, by count
            IDLE.toSeconds(),
            TimeUnit.SECONDS,
            new SynchronousQueue<>(), // unfair: who came last is served first
            threads(name + "-"));
  }

  /** A task that is done on a worker, or is dropped because the workers are closed first. */
  interface Job extends Runnable {
    /** Called instead of {@link #run}, on the thread that closes the workers. */
    void drop();
  }

  /**
   * Runs {@code task} as soon as a thread is free. {@link #close} drops a {@link Job} that still
   * waits then.
   *
   * @throws RejectedExecutionException when closed
   */
  @Override
  public synchronized void execute(Runnable task) {
    if (closed) {
      throw new RejectedExecutionException("the workers are closed");
    }
    if (busy == count) {
      waiting.add(task);
    } else {
      busy++;
      start(task);
    }
  }

  private void start(Runnable task) {
    threads.execute(
        () -> {
          try {
            task.run();
          } finally {
            next();
          }
        });
  }

  private synchronized void next() {
    Runnable next = waiting.poll();
    if (next == null) {
      busy--;
    } else {
      start(next);
    }
  }

  /** Interrupts what runs and drops what waits. */
  @Override
  public void close() {
    List<Runnable> dropped;
    synchronized (this) {
      closed = true;
      dropped = List.copyOf(waiting);
      waiting.clear();
      threads.shutdownNow();
    }
    for (Runnable task : dropped) {
      if (task instanceof Job job) {
        job.drop();
      }
    }
  }

  private static ThreadFactory threads(String prefix) {
    AtomicInteger next = new AtomicInteger();
    return task -> {
      Thread thread = new Thread(task, prefix + next.getAndIncrement());
      thread.setDaemon(true);
      return thread;
    };
  }
}
