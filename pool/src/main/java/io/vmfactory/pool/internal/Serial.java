package io.vmfactory.pool.internal;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Runs the actions of one pool one at a time, and their effects afterwards outside the lock, on the
 * thread that ran the action. An action run from inside an effect leaves its own effects to the
 * loop that already runs there: a chain of immediate answers is a loop, never a recursion.
 */
final class Serial {
  private final ReentrantLock lock = new ReentrantLock();

  @SuppressWarnings("ThreadLocalUsage") // each pool has its own; removed when the action ends
  private final ThreadLocal<@Nullable Effects> running = new ThreadLocal<>();

  private final Executor executor;

  /**
   * Handles, under the lock, the answer to a call; at most one of the two arguments is not null.
   */
  @FunctionalInterface
  interface Answer<R> {
    void accept(@Nullable R value, @Nullable Throwable failure, Effects fx);
  }

  Serial(Executor executor) {
    this.executor = executor;
  }

  /** Runs {@code action}, then its effects, and returns the action's result. */
  <R> R get(Function<Effects, R> action) {
    Effects outer = running.get();
    if (outer != null) {
      return locked(action, outer);
    }
    Effects fx = new Effects();
    running.set(fx);
    try {
      return locked(action, fx);
    } finally {
      try {
        fx.drain(executor);
      } finally {
        running.remove();
      }
    }
  }

  private <R> R locked(Function<Effects, R> action, Effects fx) {
    lock.lock();
    try {
      return action.apply(fx);
    } finally {
      lock.unlock();
    }
  }

  /** Like {@link #get}, without a result. */
  void act(Consumer<Effects> action) {
    get(
        fx -> {
          action.accept(fx);
          return this;
        });
  }

  /**
   * Adds an effect that makes a call to the outside and handles its answer as an action. A call
   * that throws or returns no stage counts as failed.
   */
  <R> void call(Effects fx, Supplier<? extends CompletionStage<R>> call, Answer<R> answer) {
    fx.add(
        () -> {
          var unused =
              reply(call)
                  .whenComplete((value, failure) -> act(f -> answer.accept(value, failure, f)));
        });
  }

  private static <R> CompletableFuture<R> reply(Supplier<? extends CompletionStage<R>> call) {
    CompletableFuture<R> reply = new CompletableFuture<>();
    try {
      call.get()
          .whenComplete(
              (value, failure) -> {
                if (failure == null) {
                  reply.complete(value);
                } else {
                  reply.completeExceptionally(root(failure));
                }
              });
    } catch (Throwable e) {
      reply.completeExceptionally(e);
    }
    return reply;
  }

  private static Throwable root(Throwable failure) {
    return failure instanceof CompletionException && failure.getCause() != null
        ? failure.getCause()
        : failure;
  }
}
