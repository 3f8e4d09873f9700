package io.vmfactory.configs.time;

import java.time.Duration;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A point in monotonic time at which waiting ends. Every wait in this code base takes a deadline.
 * An interrupt during a wait means that the call was cancelled; it is not an error of its own.
 */
public final class Deadline {
  private static final Duration LONGEST = Duration.ofDays(365);

  private final long nanoTime;
  private final Duration span;

  private Deadline(long nanoTime, Duration span) {
    this.nanoTime = nanoTime;
    this.span = span;
  }

  /** Returns a deadline {@code span} from now; a span above one year counts as one year. */
  public static Deadline after(Duration span) {
    Duration bounded = span.compareTo(LONGEST) > 0 ? LONGEST : span;
    return new Deadline(System.nanoTime() + bounded.toNanos(), bounded);
  }

  /** Returns the earlier of this deadline and {@code span} from now. */
  public Deadline min(Duration span) {
    return remaining().compareTo(span) <= 0 ? this : after(span);
  }

  /** Returns the time left; zero if the deadline has passed, never negative. */
  public Duration remaining() {
    return Duration.ofNanos(Math.max(0, nanoTime - System.nanoTime()));
  }

  /** Whether the deadline has passed. */
  public boolean passed() {
    return nanoTime - System.nanoTime() <= 0;
  }

  /**
   * Waits for {@code stage} and returns its value.
   *
   * @param what the thing waited for, as it reads after "waiting for "
   * @throws DeadlineExceededException if the deadline passes first
   * @throws CancelledException if the waiting thread is interrupted; the interrupt flag stays set
   * @throws RuntimeException the failure of the stage if it is unchecked; a checked one is the
   *     cause of a CompletionException
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

  /**
   * Throws if the deadline has passed or the thread was interrupted; called between steps.
   *
   * @throws DeadlineExceededException if the deadline has passed
   * @throws CancelledException if the thread was interrupted
   */
  public void check(String what) {
    if (Thread.currentThread().isInterrupted()) {
      throw new CancelledException("cancelled before " + what, null);
    }
    if (passed()) {
      throw exceeded(what);
    }
  }

  /** Returns the exception that says the deadline passed during {@code what}. */
  public DeadlineExceededException exceeded(String what) {
    return new DeadlineExceededException(
        "deadline exceeded after " + span.toMillis() + " ms waiting for " + what);
  }
}
