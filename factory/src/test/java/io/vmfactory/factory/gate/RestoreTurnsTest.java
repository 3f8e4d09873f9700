package io.vmfactory.factory.gate;

import static io.vmfactory.factory.gate.RestoreTurns.Kind.CUSTOMER;
import static io.vmfactory.factory.gate.RestoreTurns.Kind.REFILL;
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

  private RestoreTurns gate(int limit, int maxWaiting) {
    return new RestoreTurns(limit, maxWaiting, clock);
  }

  /** Asks for a turn, and notes {@code name} once it is given. */
  private CompletableFuture<Turn> ask(RestoreTurns gate, RestoreTurns.Kind kind, String name) {
    CompletableFuture<Turn> turn = gate.enter(kind, LONG);
    turn.thenAccept(any -> served.add(name));
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
    RestoreTurns gate = gate(2, 8);
    Turn first = now(gate.enter(CUSTOMER, LONG));
    now(gate.enter(REFILL, LONG));
    CompletableFuture<Turn> third = gate.enter(CUSTOMER, LONG);
    assertThat(third).isNotDone();
    assertThat(gate.stats()).isEqualTo(new TurnStats(2, 1, 1, 1, 0, 8, SECOND));

    first.close();

    assertThat(third).isCompleted();
    assertThat(gate.stats().inFlight()).isEqualTo(2);
    assertThat(clock.pending()).as("timers").isZero();
  }

  @Test
  void customersGoFirstAndEachKindInTheOrderOfArrival() {
    RestoreTurns gate = gate(1, 8);
    Turn turn = now(gate.enter(REFILL, LONG));
    List<CompletableFuture<Turn>> all =
        List.of(
            ask(gate, REFILL, "refill 1"),
            ask(gate, CUSTOMER, "customer 1"),
            ask(gate, REFILL, "refill 2"),
            ask(gate, CUSTOMER, "customer 2"));
    turn.close();
    now(all.get(1)).close();
    now(all.get(3)).close();
    now(all.get(0)).close();
    now(all.get(2)).close();

    assertThat(served).containsExactly("customer 1", "customer 2", "refill 1", "refill 2");
    assertThat(gate.stats().inFlight()).isZero();
  }

  @Test
  void aTurnCountsOnceHoweverOftenItIsGivenBack() {
    RestoreTurns gate = gate(1, 8);
    Turn turn = now(gate.enter(CUSTOMER, LONG));
    CompletableFuture<Turn> second = gate.enter(CUSTOMER, LONG);
    CompletableFuture<Turn> third = gate.enter(CUSTOMER, LONG);
    turn.close();
    turn.close();

    assertThat(second).isCompleted();
    assertThat(third).isNotDone();
  }

  @Test
  void aCustomerTooManyIsRefusedWithAFairHintAndRefillIsNot() {
    RestoreTurns gate = gate(2, 3);
    Turn first = now(gate.enter(CUSTOMER, LONG));
    clock.slip(Duration.ofSeconds(4));
    first.close();
    for (int i = 0; i < 2 + 3; i++) {
      gate.enter(CUSTOMER, LONG);
    }

    assertThat(failure(gate.enter(CUSTOMER, LONG)))
        .isInstanceOfSatisfying(
            TurnRefusedException.class,
            e -> {
              assertThat(e.reason()).isEqualTo(TurnRefusedException.Reason.FULL);
              // Four in the queue including this one, two at a time, four seconds each.
              assertThat(e.retryAfter()).isEqualTo(Duration.ofSeconds(8));
              assertThat(e).hasMessageContainingAll("3 requests already wait", "max_waiting", "8.0 s");
            });
    assertThat(gate.enter(REFILL, LONG)).isNotDone();
    assertThat(gate.stats().customersWaiting()).isEqualTo(3);
    assertThat(gate.stats().refillsWaiting()).isEqualTo(1);
  }

  @Test
  void withNobodyAllowedToWaitAFreeTurnIsStillGiven() {
    RestoreTurns gate = gate(1, 0);
    Turn turn = now(gate.enter(CUSTOMER, LONG));
    assertThat(failure(gate.enter(CUSTOMER, LONG))).isInstanceOf(TurnRefusedException.class);
    turn.close();
    now(gate.enter(CUSTOMER, LONG));
  }

  @Test
  void theWaitEndsWithTheDeadline() {
    RestoreTurns gate = gate(1, 8);
    Turn turn = now(gate.enter(CUSTOMER, LONG));
    CompletableFuture<Turn> late = gate.enter(CUSTOMER, Deadline.after(SECOND));
    CompletableFuture<Turn> patient = gate.enter(CUSTOMER, LONG);
    clock.advance(SECOND);

    assertThat(failure(late))
        .isInstanceOf(DeadlineExceededException.class)
        .hasMessageContaining("1 are being made, 2 requests wait");
    assertThat(gate.stats().customersWaiting()).isEqualTo(1);
    turn.close();
    assertThat(patient).isCompleted();
    assertThat(clock.pending()).as("timers").isZero();
  }

  @Test
  void whoGivesUpLeavesTheLineAndTheNextIsCalled() {
    RestoreTurns gate = gate(1, 8);
    Turn turn = now(gate.enter(CUSTOMER, LONG));
    CompletableFuture<Turn> gone = gate.enter(CUSTOMER, LONG);
    CompletableFuture<Turn> next = gate.enter(CUSTOMER, LONG);
    assertThat(gone.cancel(false)).isTrue();
    assertThat(gate.stats().customersWaiting()).isEqualTo(1);
    turn.close();

    assertThat(next).isCompleted();
    assertThat(gate.stats().inFlight()).isEqualTo(1);
  }

  @Test
  void aTurnGivenToOneWhoGaveUpAtThatMomentGoesToTheNext() {
    RestoreTurns gate = gate(1, 8);
    Turn turn = now(gate.enter(CUSTOMER, LONG));
    CompletableFuture<Turn> first = gate.enter(CUSTOMER, LONG);
    CompletableFuture<Turn> second = gate.enter(CUSTOMER, LONG);
    CompletableFuture<Turn> third = gate.enter(CUSTOMER, LONG);
    first.thenAccept(
        got -> {
          second.cancel(false);
          got.close();
        });
    turn.close();

    assertThat(second).isCancelled();
    now(third).close();
    assertThat(gate.stats().inFlight()).isZero();
    assertThat(gate.stats().customersWaiting()).isZero();
  }

  @Test
  void anInterruptedThreadLeavesNothingBehind() {
    RestoreTurns gate = gate(1, 8);
    Turn turn = now(gate.enter(CUSTOMER, LONG));
    Thread.currentThread().interrupt();
    assertThatThrownBy(() -> gate.await(CUSTOMER, LONG)).isInstanceOf(CancelledException.class);
    assertThat(Thread.interrupted()).isTrue();
    assertThat(gate.stats().customersWaiting()).isZero();
    assertThat(clock.pending()).as("timers").isZero();
    turn.close();
    assertThat(gate.stats().inFlight()).isZero();
  }

  @Test
  void aTurnThatIsThereIsHadByAnInterruptedThreadToo() {
    RestoreTurns gate = gate(1, 8);
    Thread.currentThread().interrupt();
    try (Turn turn = gate.await(CUSTOMER, LONG)) {
      assertThat(gate.stats().customers()).isEqualTo(1);
    }
    assertThat(Thread.interrupted()).isTrue();
    assertThat(gate.stats().inFlight()).isZero();
  }

  @Test
  void aBlockedThreadIsToldWhenItsTimeIsOver() {
    RestoreTurns gate = gate(1, 8);
    now(gate.enter(REFILL, LONG));
    assertThatThrownBy(() -> gate.await(CUSTOMER, Deadline.after(Duration.ofMillis(1))))
        .isInstanceOf(DeadlineExceededException.class);
    assertThat(gate.stats().customersWaiting()).isZero();
    assertThat(clock.pending()).as("timers").isZero();
  }

  @Test
  void closingRefusesThoseInLineAndThoseWhoCome() {
    RestoreTurns gate = gate(1, 8);
    Turn turn = now(gate.enter(CUSTOMER, LONG));
    CompletableFuture<Turn> customer = gate.enter(CUSTOMER, LONG);
    CompletableFuture<Turn> refill = gate.enter(REFILL, LONG);
    gate.close();
    gate.close();

    for (CompletableFuture<Turn> refused : List.of(customer, refill, gate.enter(CUSTOMER, LONG))) {
      assertThat(failure(refused))
          .isInstanceOfSatisfying(
              TurnRefusedException.class,
              e -> assertThat(e.reason()).isEqualTo(TurnRefusedException.Reason.CLOSED));
    }
    assertThat(gate.stats().inFlight()).isEqualTo(1);
    turn.close();
    assertThat(gate.stats()).isEqualTo(new TurnStats(1, 0, 0, 0, 0, 8, Duration.ZERO));
    assertThat(clock.pending()).as("timers").isZero();
  }

  @Test
  void theMeanTurnFollowsWhatIsMeasured() {
    RestoreTurns gate = gate(1, 8);
    assertThat(gate.stats().meanTurn()).isEqualTo(SECOND);
    turnOf(gate, Duration.ofMillis(80));
    assertThat(gate.stats().meanTurn()).isEqualTo(Duration.ofMillis(80));
    turnOf(gate, Duration.ofMillis(160));
    assertThat(gate.stats().meanTurn()).isEqualTo(Duration.ofMillis(90));
    assertThat(gate.stats().expectedWait()).isZero();
  }

  private void turnOf(RestoreTurns gate, Duration span) {
    Turn turn = now(gate.enter(REFILL, LONG));
    clock.slip(span);
    turn.close();
  }

  @Test
  void nonsensicalBoundsAreRefused() {
    assertThatThrownBy(() -> gate(0, 1)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> gate(1, -1)).isInstanceOf(IllegalArgumentException.class);
  }
}
