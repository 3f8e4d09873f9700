package io.vmfactory.factory.routes;

import io.vmfactory.configs.time.CancelledException;
import io.vmfactory.factory.request.Refusals;
import io.vmfactory.factory.request.RequestException;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/** The requests under way, so that a shutdown can refuse more and cancel those. Thread-safe. */
public final class RequestsInFlight {
  private final Set<Thread> workers = new HashSet<>();
  private final CompletableFuture<Void> idle = new CompletableFuture<>();
  private boolean closed;

  /** A request under way on the thread that entered it; that thread closes it when it is over. */
  public final class Entry implements AutoCloseable {
    private Entry() {}

    /**
     * What to throw when the request fails with {@code failure}: a refusal with reason {@code
     * SHUTTING_DOWN} if the shutdown cancelled it.
     */
    public RuntimeException explain(RuntimeException failure) {
      return CancelledException.isCauseOf(failure) && isClosed()
          ? Refusals.shuttingDown()
          : failure;
    }

    @Override
    public void close() {
      end();
    }
  }

  /**
   * Begins a request on this thread.
   *
   * @throws RequestException with reason {@code SHUTTING_DOWN} after {@link #close}
   */
  public synchronized Entry enter() {
    if (closed) {
      throw Refusals.shuttingDown();
    }
    workers.add(Thread.currentThread());
    return new Entry();
  }

  /**
   * Does the work of a request on this thread.
   *
   * @throws RequestException with reason {@code SHUTTING_DOWN} after {@link #close}, also if that
   *     cancelled the work
   */
  public <T> T run(Supplier<T> work) {
    try (Entry entry = enter()) {
      return explained(entry, work);
    }
  }

  private static <T> T explained(Entry entry, Supplier<T> work) {
    try {
      return work.get();
    } catch (RuntimeException e) {
      throw entry.explain(e);
    }
  }

  /** Refuses more and interrupts those under way; the result completes when all have ended. */
  public synchronized CompletionStage<Void> close() {
    closed = true;
    workers.forEach(Thread::interrupt);
    completeWhenIdle();
    return idle;
  }

  private synchronized boolean isClosed() {
    return closed;
  }

  private synchronized void end() {
    workers.remove(Thread.currentThread());
    completeWhenIdle();
  }

  private void completeWhenIdle() {
    if (closed && workers.isEmpty()) {
      idle.complete(null);
    }
  }
}
