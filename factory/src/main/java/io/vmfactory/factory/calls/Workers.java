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
 * A limited number of threads that requests may block. Makes a thread if none is free; a thread
 * ends after it had nothing to do for a while. Prefers the free thread that was busy last, so that
 * a single client finds warm caches. Never uses virtual threads: a worker waits in native code for
 * the sockets that it reads itself, and there a virtual thread would block its carrier (ADR 0023).
 */
final class Workers implements Executor, AutoCloseable {
  private static final Duration IDLE = Duration.ofSeconds(30);

  private final int count;
  private final ExecutorService threads;
  private final Queue<Runnable> waiting = new ArrayDeque<>();
  private int busy;
  private boolean closed;

  /**
   * Makes workers without any thread.
   *
   * @param name prefix of the threads' names, before a number
   * @param count most tasks at once; further tasks wait
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

  /** A task that a worker runs. If the workers are closed first, it is dropped. */
  interface Job extends Runnable {
    /** Runs instead of {@link #run}, on the thread that closes the workers. */
    void drop();
  }

  /**
   * Runs {@code task} as soon as a thread is free. If it is a {@link Job} and still waits at {@link
   * #close}, it is dropped.
   *
   * @throws RejectedExecutionException if the workers are closed
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

  /** Interrupts the tasks that run and drops the tasks that wait. */
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
