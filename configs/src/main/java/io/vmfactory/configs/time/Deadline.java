package io.vmfactory.configs.time;

import java.time.Duration;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A point in monotonic time after which nobody waits any more. Every wait in this code base takes
 * one; a wait that is cut short by interruption is a cancelled call, not an error of its own.
 */
public final class Deadline {
  private static final Duration LONGEST = Duration.ofDays(365);

  private final long nanoTime;
  private final Duration span;

  private Deadline(long nanoTime, Duration span) {
    this.nanoTime = nanoTime;
    this.span = span;
  }

  /** A deadline {@code span} from now; a span above a year counts as a year. */
  public static Deadline after(Duration span) {
    Duration bounded = span.compareTo(LONGEST) > 0 ? LONGEST : span;
    return new Deadline(System.nanoTime() + bounded.toNanos(), bounded);
  }

  /** Time left; zero when it has passed, never negative. */
  public Duration remaining() {
    return Duration.ofNanos(Math.max(0, nanoTime - System.nanoTime()));
  }

  /** Whether the time is over. */
  public boolean passed() {
    return nanoTime - System.nanoTime() <= 0;
  }

  /**
   * Waits for {@code stage} and returns its value.
   *
   * @param what the thing waited for, as it reads after "waiting for "
   * @throws DeadlineExceededException when the time is over first
   * @throws CancelledException when the waiting thread is interrupted; the interrupt flag stays set
   * @throws RuntimeException the stage's own failure, when it is unchecked; a checked one comes as
   *     the cause of a CompletionException
   */
  public <T> T await(CompletionStage<T> stage, String what) {
    try {
      return stage.toCompletableFuture().get(remaining().toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      throw exceeded(what);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CancelledException("cancelled while waiting for " + what, e);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException failure) {
        throw failure;
      }
      throw new CompletionException("waiting for " + what, e.getCause());
    }
  }

  /** Throws when the time is over or the thread was interrupted; for the gaps between steps. */
  public void check(String what) {
    if (Thread.currentThread().isInterrupted()) {
      throw new CancelledException("cancelled before " + what, null);
    }
    if (passed()) {
      throw exceeded(what);
    }
  }

  /** The exception that says the time ran out during {@code what}. */
  public DeadlineExceededException exceeded(String what) {
    return new DeadlineExceededException(
        "deadline exceeded after " + span.toMillis() + " ms waiting for " + what);
  }
}
