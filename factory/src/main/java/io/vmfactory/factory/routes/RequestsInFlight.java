package io.vmfactory.factory.routes;

import io.vmfactory.configs.time.CancelledException;
import io.vmfactory.factory.request.Refusals;
import io.vmfactory.factory.request.RequestException;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/** The work under way, so that a shutdown can refuse more of it and call off what there is. */
public final class RequestsInFlight {
  private final Set<Thread> workers = new HashSet<>();
  private final CompletableFuture<Void> idle = new CompletableFuture<>();
  private boolean closed;

  /**
   * Does {@code work} on this thread.
   *
   * @throws RequestException with reason {@code SHUTTING_DOWN} when closed before or meanwhile
   */
  public <T> T run(Supplier<T> work) {
    begin();
    try {
      return work.get();
    } catch (CancelledException e) {
      throw closed() ? Refusals.shuttingDown() : e;
    } finally {
      end();
    }
  }

  /** Refuses more and interrupts what is under way; the result completes when all has ended. */
  public synchronized CompletionStage<Void> close() {
    closed = true;
    workers.forEach(Thread::interrupt);
    completeWhenIdle();
    return idle;
  }

  private synchronized boolean closed() {
    return closed;
  }

  private synchronized void begin() {
    if (closed) {
      throw Refusals.shuttingDown();
    }
    workers.add(Thread.currentThread());
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
