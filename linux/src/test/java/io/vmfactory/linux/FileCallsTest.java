package io.vmfactory.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vmfactory.configs.time.CancelledException;
import io.vmfactory.configs.time.Deadline;
import io.vmfactory.configs.time.DeadlineExceededException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Tests calls whose file system answers late, never, or with an error. */
@Timeout(60)
class FileCallsTest {
  private final Deadline deadline = Deadline.after(Duration.ofSeconds(30));
  private final BlockingQueue<String> late = new LinkedBlockingQueue<>();
  private final CountDownLatch goOn = new CountDownLatch(1);

  private String hang() {
    try {
      goOn.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
    return "late";
  }

  private static Deadline soon() {
    return Deadline.after(Duration.ofMillis(100));
  }

  @Test
  void theResultOrTheFailureIsTheCalls() {
    FileCalls calls = new FileCalls(1, 1, Duration.ofSeconds(10));
    for (int count = 0; count < 100; count++) {
      assertThat(calls.call("f", FileRights.OWN, () -> "value", late::add, deadline))
          .isEqualTo("value");
      assertThatThrownBy(
              () ->
                  calls.call(
                      "f",
                      FileRights.OWN,
                      () -> {
                        throw new OsException(OsException.Kind.INVALID, "no");
                      },
                      value -> {},
                      deadline))
          .isInstanceOf(OsException.class)
          .hasMessage("no");
    }
    assertThat(late).isEmpty();
  }

  @Test
  void aCallThatHangsEndsAtTheDeadlineAndItsResultIsNotLost() throws InterruptedException {
    FileCalls calls = new FileCalls(2, 2, Duration.ofSeconds(10));
    assertThatThrownBy(
            () -> calls.call("drive /dead/f", FileRights.OWN, this::hang, late::add, soon()))
        .isInstanceOf(DeadlineExceededException.class)
        .hasMessageContaining("the file system of drive /dead/f to answer");
    assertThat(calls.call("f", FileRights.OWN, () -> "other", late::add, deadline))
        .isEqualTo("other");
    goOn.countDown();
    assertThat(late.poll(30, TimeUnit.SECONDS)).isEqualTo("late");
  }

  @Test
  void aLongDeadlineDoesNotKeepTheCaller() {
    FileCalls calls = new FileCalls(1, 1, Duration.ofMillis(100));
    assertThatThrownBy(
            () ->
                calls.call(
                    "f",
                    FileRights.OWN,
                    this::hang,
                    late::add,
                    Deadline.after(Duration.ofHours(9))))
        .isInstanceOf(DeadlineExceededException.class);
    goOn.countDown();
  }

  @Test
  void whenAllPlacesAreStuckFurtherCallsAreRefusedUntilOneIsFree() throws InterruptedException {
    FileCalls calls = new FileCalls(3, 3, Duration.ofSeconds(10));
    for (int count = 0; count < 3; count++) {
      assertThatThrownBy(() -> calls.call("f", FileRights.OWN, this::hang, late::add, soon()))
          .isInstanceOf(DeadlineExceededException.class);
    }
    assertThatThrownBy(() -> calls.call("g", FileRights.OWN, () -> "x", late::add, deadline))
        .isInstanceOfSatisfying(
            OsException.class, e -> assertThat(e.kind()).isEqualTo(OsException.Kind.SHORTAGE))
        .hasMessageContaining("3 calls");
    goOn.countDown();
    for (int count = 0; count < 3; count++) {
      assertThat(late.poll(30, TimeUnit.SECONDS)).isEqualTo("late");
    }
    assertThat(calls.call("g", FileRights.OWN, () -> "x", late::add, deadline)).isEqualTo("x");
  }

  @Test
  void oneUserCannotTakeThePlacesOfOthers() throws InterruptedException {
    FileCalls calls = new FileCalls(5, 2, Duration.ofSeconds(10));
    FileRights greedy = FileRights.of(new UserIds(1001, Set.of(1001L)));
    FileRights other = FileRights.of(new UserIds(1002, Set.of(1001L)));
    for (int count = 0; count < 2; count++) {
      assertThatThrownBy(() -> calls.call("f", greedy, this::hang, late::add, soon()))
          .isInstanceOf(DeadlineExceededException.class);
    }
    CountDownLatch closing = new CountDownLatch(5);
    for (int count = 0; count < 5; count++) {
      calls.close(
          greedy,
          () -> {
            closing.countDown();
            hang();
          });
    }
    assertThat(closing.await(30, TimeUnit.SECONDS)).isTrue();
    assertThatThrownBy(() -> calls.call("f", greedy, () -> "x", late::add, deadline))
        .isInstanceOfSatisfying(
            OsException.class, e -> assertThat(e.kind()).isEqualTo(OsException.Kind.SHORTAGE))
        .hasMessageContaining("2 calls on files of uid 1001");
    assertThat(calls.call("f", other, () -> "y", late::add, deadline)).isEqualTo("y");
    assertThat(calls.call("f", FileRights.OWN, () -> "z", late::add, deadline)).isEqualTo("z");
    goOn.countDown();
    assertThat(late.poll(30, TimeUnit.SECONDS)).isEqualTo("late");
    assertThat(late.poll(30, TimeUnit.SECONDS)).isEqualTo("late");
    assertThat(calls.call("f", greedy, () -> "x", late::add, deadline)).isEqualTo("x");
  }

  @Test
  void aClosingThatHangsKeepsOneFromCallingButNotFromClosing() throws InterruptedException {
    FileCalls calls = new FileCalls(1, 1, Duration.ofSeconds(10));
    CountDownLatch closing = new CountDownLatch(1);
    calls.close(
        FileRights.OWN,
        () -> {
          closing.countDown();
          hang();
        });
    assertThat(closing.await(30, TimeUnit.SECONDS)).isTrue();
    assertThatThrownBy(() -> calls.call("g", FileRights.OWN, () -> "x", late::add, deadline))
        .isInstanceOf(OsException.class);
    CompletableFuture<Void> other = new CompletableFuture<>();
    calls.close(FileRights.OWN, () -> other.complete(null));
    deadline.await(other, "another closing");
    goOn.countDown();
  }

  @Test
  void aCancelledCallerLeavesAtOnce() throws Exception {
    FileCalls calls = new FileCalls(1, 1, Duration.ofSeconds(10));
    CompletableFuture<Throwable> end = new CompletableFuture<>();
    CountDownLatch begun = new CountDownLatch(1);
    Thread caller =
        new Thread(
            () -> {
              try {
                calls.call(
                    "f",
                    FileRights.OWN,
                    () -> {
                      begun.countDown();
                      return hang();
                    },
                    late::add,
                    deadline);
              } catch (RuntimeException e) {
                end.complete(e);
              }
            });
    caller.start();
    assertThat(begun.await(30, TimeUnit.SECONDS)).isTrue();
    caller.interrupt();
    assertThat(deadline.await(end, "the caller")).isInstanceOf(CancelledException.class);
    goOn.countDown();
    assertThat(late.poll(30, TimeUnit.SECONDS)).isEqualTo("late");
  }

  @Test
  void manyAtOnceAllSucceed() {
    FileCalls calls = FileCalls.shared();
    List<CompletableFuture<Integer>> all = new ArrayList<>();
    for (int count = 0; count < 400; count++) {
      int number = count;
      all.add(
          CompletableFuture.supplyAsync(
              () -> calls.call("f", FileRights.OWN, () -> number, value -> {}, deadline),
              r -> new Thread(r).start()));
    }
    for (int count = 0; count < 400; count++) {
      assertThat(deadline.await(all.get(count), "call")).isEqualTo(count);
    }
  }
}
