package io.vmfactory.factory.turns;

import static io.vmfactory.factory.turns.RestoreTurns.Kind.CUSTOMER;
import static io.vmfactory.factory.turns.RestoreTurns.Kind.REFILL;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.vmfactory.configs.time.CancelledException;
import io.vmfactory.configs.time.Deadline;
import io.vmfactory.configs.time.DeadlineExceededException;
import io.vmfactory.pool.SteppedClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Tests who gets a turn, in which order, and what happens to turns that are no longer wanted. */
@Timeout(60)
final class RestoreTurnsTest {
  private static final Duration SECOND = Duration.ofSeconds(1);
  private static final Deadline LONG = Deadline.after(Duration.ofHours(1));

  private final SteppedClock clock = new SteppedClock();
  private final List<String> served = new ArrayList<>();

  private RestoreTurns turns(int limit, int maxWaiting) {
    return new RestoreTurns(limit, maxWaiting, clock, RestoreTurns.Work.MAKE_VM);
  }

  /** Asks for a turn, and notes {@code name} once it is given. */
  private CompletableFuture<Turn> ask(RestoreTurns turns, RestoreTurns.Kind kind, String name) {
    CompletableFuture<Turn> turn = turns.enter(kind, LONG);
    var unused = turn.thenAccept(any -> served.add(name));
    return turn;
  }

  private static Turn now(CompletableFuture<Turn> turn) {
    assertThat(turn).isCompleted();
    return turn.join();
  }

  private static Throwable failure(CompletableFuture<Turn> turn) {
    return catchThrowableOfType(CompletionException.class, () -> turn.getNow(null)).getCause();
  }

  @Test
  void asManyAsTheLimitGoAtOnceAndTheNextWhenOneIsGivenBack() {
    RestoreTurns turns = turns(2, 8);
    Turn first = now(turns.enter(CUSTOMER, LONG));
    now(turns.enter(REFILL, LONG));
    CompletableFuture<Turn> third = turns.enter(CUSTOMER, LONG);
    assertThat(third).isNotDone();
    assertThat(turns.stats()).isEqualTo(new TurnStats(2, 1, 1, 1, 0, 8, SECOND));

    first.close();

    assertThat(third).isCompleted();
    assertThat(turns.stats().inFlight()).isEqualTo(2);
    assertThat(clock.pending()).as("timers").isZero();
  }

  @Test
  void customersGoFirstAndEachKindInTheOrderOfArrival() {
    RestoreTurns turns = turns(1, 8);
    Turn turn = now(turns.enter(REFILL, LONG));
    List<CompletableFuture<Turn>> all =
        List.of(
            ask(turns, REFILL, "refill 1"),
            ask(turns, CUSTOMER, "customer 1"),
            ask(turns, REFILL, "refill 2"),
            ask(turns, CUSTOMER, "customer 2"));
    turn.close();
    now(all.get(1)).close();
    now(all.get(3)).close();
    now(all.get(0)).close();
    now(all.get(2)).close();

    assertThat(served).containsExactly("customer 1", "customer 2", "refill 1", "refill 2");
    assertThat(turns.stats().inFlight()).isZero();
  }

  @Test
  void aTurnCountsOnceHoweverOftenItIsGivenBack() {
    RestoreTurns turns = turns(1, 8);
    Turn turn = now(turns.enter(CUSTOMER, LONG));
    CompletableFuture<Turn> second = turns.enter(CUSTOMER, LONG);
    CompletableFuture<Turn> third = turns.enter(CUSTOMER, LONG);
    turn.close();
    turn.close();

    assertThat(second).isCompleted();
    assertThat(third).isNotDone();
  }

  @Test
  void aCustomerTooManyIsRefusedWithAFairHintAndRefillIsNot() {
    RestoreTurns turns = turns(2, 3);
    Turn first = now(turns.enter(CUSTOMER, LONG));
    clock.slip(Duration.ofSeconds(4));
    first.close();
    for (int i = 0; i < 2 + 3; i++) {
      var unused = turns.enter(CUSTOMER, LONG);
    }

    assertThat(failure(turns.enter(CUSTOMER, LONG)))
        .isInstanceOfSatisfying(
            TurnRefusedException.class,
            e -> {
              assertThat(e.reason()).isEqualTo(TurnRefusedException.Reason.FULL);
              // Four in the queue including this one, two at a time, four seconds each.
              assertThat(e.retryAfter()).isEqualTo(Duration.ofSeconds(8));
              assertThat(e)
                  .hasMessageContainingAll("3 requests already wait", "max_waiting", "8.0 s");
            });
    assertThat(turns.enter(REFILL, LONG)).isNotDone();
    assertThat(turns.stats().customersWaiting()).isEqualTo(3);
    assertThat(turns.stats().refillsWaiting()).isEqualTo(1);
  }

  @Test
  void withNoWaitingAllowedAFreeTurnIsStillGiven() {
    RestoreTurns turns = turns(1, 0);
    Turn turn = now(turns.enter(CUSTOMER, LONG));
    assertThat(failure(turns.enter(CUSTOMER, LONG))).isInstanceOf(TurnRefusedException.class);
    turn.close();
    now(turns.enter(CUSTOMER, LONG));
  }

  @Test
  void theWaitEndsWithTheDeadline() {
    RestoreTurns turns = turns(1, 8);
    Turn turn = now(turns.enter(CUSTOMER, LONG));
    CompletableFuture<Turn> late = turns.enter(CUSTOMER, Deadline.after(SECOND));
    CompletableFuture<Turn> patient = turns.enter(CUSTOMER, LONG);
    clock.advance(SECOND);

    assertThat(failure(late))
        .isInstanceOf(DeadlineExceededException.class)
        .hasMessageContaining("1 are being made, 2 requests wait");
    assertThat(turns.stats().customersWaiting()).isEqualTo(1);
    turn.close();
    assertThat(patient).isCompleted();
    assertThat(clock.pending()).as("timers").isZero();
  }

  @Test
  void whoGivesUpLeavesTheLineAndTheNextIsCalled() {
    RestoreTurns turns = turns(1, 8);
    Turn turn = now(turns.enter(CUSTOMER, LONG));
    CompletableFuture<Turn> gone = turns.enter(CUSTOMER, LONG);
    CompletableFuture<Turn> next = turns.enter(CUSTOMER, LONG);
    assertThat(gone.cancel(false)).isTrue();
    assertThat(turns.stats().customersWaiting()).isEqualTo(1);
    turn.close();

    assertThat(next).isCompleted();
    assertThat(turns.stats().inFlight()).isEqualTo(1);
  }

  @Test
  void aTurnGivenToOneWhoGaveUpAtThatMomentGoesToTheNext() {
    RestoreTurns turns = turns(1, 8);
    Turn turn = now(turns.enter(CUSTOMER, LONG));
    CompletableFuture<Turn> first = turns.enter(CUSTOMER, LONG);
    CompletableFuture<Turn> second = turns.enter(CUSTOMER, LONG);
    CompletableFuture<Turn> third = turns.enter(CUSTOMER, LONG);
    var unused =
        first.thenAccept(
            got -> {
              second.cancel(false);
              got.close();
            });
    turn.close();

    assertThat(second).isCancelled();
    now(third).close();
    assertThat(turns.stats().inFlight()).isZero();
    assertThat(turns.stats().customersWaiting()).isZero();
  }

  @Test
  void anInterruptedThreadLeavesNothingBehind() {
    RestoreTurns turns = turns(1, 8);
    Turn turn = now(turns.enter(CUSTOMER, LONG));
    Thread.currentThread().interrupt();
    assertThatThrownBy(() -> turns.await(CUSTOMER, LONG)).isInstanceOf(CancelledException.class);
    assertThat(Thread.interrupted()).isTrue();
    assertThat(turns.stats().customersWaiting()).isZero();
    assertThat(clock.pending()).as("timers").isZero();
    turn.close();
    assertThat(turns.stats().inFlight()).isZero();
  }

  @Test
  void aTurnThatIsThereIsHadByAnInterruptedThreadToo() {
    RestoreTurns turns = turns(1, 8);
    Thread.currentThread().interrupt();
    try (Turn turn = turns.await(CUSTOMER, LONG)) {
      assertThat(turns.stats().customers()).isEqualTo(1);
    }
    assertThat(Thread.interrupted()).isTrue();
    assertThat(turns.stats().inFlight()).isZero();
  }

  @Test
  void aBlockedThreadFailsWhenItsTimeIsOver() {
    RestoreTurns turns = turns(1, 8);
    now(turns.enter(REFILL, LONG));
    assertThatThrownBy(() -> turns.await(CUSTOMER, Deadline.after(Duration.ofMillis(1))))
        .isInstanceOf(DeadlineExceededException.class);
    assertThat(turns.stats().customersWaiting()).isZero();
    assertThat(clock.pending()).as("timers").isZero();
  }

  @Test
  void closingRefusesThoseInLineAndThoseWhoCome() {
    RestoreTurns turns = turns(1, 8);
    Turn turn = now(turns.enter(CUSTOMER, LONG));
    CompletableFuture<Turn> customer = turns.enter(CUSTOMER, LONG);
    CompletableFuture<Turn> refill = turns.enter(REFILL, LONG);
    turns.close();
    turns.close();

    for (CompletableFuture<Turn> refused : List.of(customer, refill, turns.enter(CUSTOMER, LONG))) {
      assertThat(failure(refused))
          .isInstanceOfSatisfying(
              TurnRefusedException.class,
              e -> assertThat(e.reason()).isEqualTo(TurnRefusedException.Reason.CLOSED));
    }
    assertThat(turns.stats().inFlight()).isEqualTo(1);
    turn.close();
    assertThat(turns.stats()).isEqualTo(new TurnStats(1, 0, 0, 0, 0, 8, Duration.ZERO));
    assertThat(clock.pending()).as("timers").isZero();
  }

  @Test
  void theMeanTurnFollowsWhatIsMeasured() {
    RestoreTurns turns = turns(1, 8);
    assertThat(turns.stats().meanTurn()).isEqualTo(SECOND);
    turnOf(turns, Duration.ofMillis(80));
    assertThat(turns.stats().meanTurn()).isEqualTo(Duration.ofMillis(80));
    turnOf(turns, Duration.ofMillis(160));
    assertThat(turns.stats().meanTurn()).isEqualTo(Duration.ofMillis(90));
    assertThat(turns.stats().expectedWait()).isZero();
  }

  private void turnOf(RestoreTurns turns, Duration span) {
    Turn turn = now(turns.enter(REFILL, LONG));
    clock.slip(span);
    turn.close();
  }

  @Test
  void nonsensicalBoundsAreRefused() {
    assertThatThrownBy(() -> turns(0, 1)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> turns(1, -1)).isInstanceOf(IllegalArgumentException.class);
  }
}
