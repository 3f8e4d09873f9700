package io.vmfactory.linux;

import io.vmfactory.configs.time.CancelledException;
import io.vmfactory.configs.time.Deadline;
import io.vmfactory.configs.time.DeadlineExceededException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * Makes calls on files that a client named. Such a file may lie on a file system that never
 * answers, and the kernel then keeps the calling thread, whatever the deadline. So each call gets a
 * thread of its own, of which there is a limited number: the caller gives up in time, and the
 * thread waits alone. Thread-safe.
 */
public final class FileCalls {
  /** A stuck thread costs its stack, so this number is small memory and many stuck files. */
  private static final int MOST = 64;

  /** A file system that is only slow answers in this time. */
  private static final Duration LONGEST = Duration.ofSeconds(10);

  /**
   * Calls take microseconds, and their threads start within this time on a host that is overloaded.
   * So a place is free by then, or the others are stuck.
   */
  private static final Duration PATIENCE = Duration.ofSeconds(2);

  /** One user's stuck files leave places for the others. */
  private static final int MOST_OF_A_USER = 16;

  private static final FileCalls SHARED = new FileCalls(MOST, MOST_OF_A_USER, LONGEST);

  private final Semaphore places;
  private final Map<Long, Semaphore> ofUsers = new ConcurrentHashMap<>();
  private final int most;
  private final int mostOfUser;
  private final Duration longest;
  private final AtomicInteger number = new AtomicInteger();

  /**
   * Makes a place for calls.
   *
   * @param most calls at once
   * @param mostOfUser those for one client; without limit for this process itself
   * @param longest time for one call, if the caller's deadline is not earlier
   */
  FileCalls(int most, int mostOfUser, Duration longest) {
    this.places = new Semaphore(most);
    this.most = most;
    this.mostOfUser = mostOfUser;
    this.longest = longest;
  }

  /** Returns the place of this process. */
  public static FileCalls shared() {
    return SHARED;
  }

  /**
   * Makes a call and returns its result.
   *
   * @param file the file, as the error names it
   * @param whose for whom the call is made
   * @param late takes a result for which the caller did not wait, on the thread of the call
   * @throws OsException of kind {@code SHORTAGE} if all threads, or all of this client, are stuck
   *     in other calls
   * @throws DeadlineExceededException if the file system does not answer by {@code deadline}, or in
   *     10 s
   * @throws CancelledException if this thread is interrupted
   * @throws RuntimeException the failure of the call
   */
  public <T> T call(
      String file, FileRights whose, Supplier<T> call, Consumer<T> late, Deadline deadline) {
    Runnable leave = enter(file, whose, deadline);
    CompletableFuture<T> result = new CompletableFuture<>();
    start(() -> finish(call, late, result, leave));
    try {
      return deadline.min(longest).await(result, "the file system of " + file + " to answer");
    } catch (DeadlineExceededException | CancelledException e) {
      if (!result.cancel(false) && !result.isCompletedExceptionally()) {
        start(() -> late.accept(result.join())); // it came just now
      }
      throw e;
    }
  }

  private static <T> void finish(
      Supplier<T> call, Consumer<T> late, CompletableFuture<T> result, Runnable leave) {
    T value;
    try {
      value = call.get();
    } catch (RuntimeException | Error e) {
      result.completeExceptionally(e);
      return;
    } finally {
      leave.run();
    }
    if (!result.complete(value)) {
      late.accept(value);
    }
  }

  /**
   * Closes something without waiting: a file system may hang then too. If it does, it keeps a place
   * from further calls, and from further calls for the same client.
   */
  public void close(FileRights whose, Runnable closing) {
    start(
        () -> {
          List<Semaphore> counted = limits(whose).takeWhile(Semaphore::tryAcquire).toList();
          try {
            closing.run();
          } finally {
            counted.forEach(Semaphore::release);
          }
        });
  }

  /** The client's own limit first: a client that has reached it takes nothing from the others. */
  private Stream<Semaphore> limits(FileRights whose) {
    return Stream.concat(ofUser(whose).stream(), Stream.of(places));
  }

  private Optional<Semaphore> ofUser(FileRights whose) {
    return Optional.ofNullable(whose.user())
        .map(user -> ofUsers.computeIfAbsent(user.uid(), uid -> new Semaphore(mostOfUser)));
  }

  /** Returns what gives the place back. */
  private Runnable enter(String file, FileRights whose, Deadline deadline) {
    Optional<Semaphore> own = ofUser(whose);
    if (own.isPresent()) {
      take(own.get(), mostOfUser, "calls on files of " + whose.user() + " wait", file, deadline);
    }
    try {
      take(places, most, "calls on files of clients wait", file, deadline);
    } catch (RuntimeException e) {
      own.ifPresent(Semaphore::release);
      throw e;
    }
    return () -> {
      places.release();
      own.ifPresent(Semaphore::release);
    };
  }

  private static void take(Semaphore from, int most, String what, String file, Deadline deadline) {
    long nanos = Math.min(PATIENCE.toNanos(), deadline.remaining().toNanos());
    try {
      if (!from.tryAcquire(nanos, TimeUnit.NANOSECONDS)) {
        throw new OsException(
            OsException.Kind.SHORTAGE,
            "%d %s for file systems that do not answer; try %s again when they do"
                .formatted(most, what, file));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CancelledException("cancelled before " + file + " was looked at", e);
    }
  }

  private void start(Runnable work) {
    Thread thread = new Thread(work, "files-" + number.incrementAndGet());
    thread.setDaemon(true);
    thread.start();
  }
}
