package io.vmfactory.factory.turns;

import static org.assertj.core.api.Assertions.assertThat;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.factory.turns.RestoreTurns.Kind;
import io.vmfactory.pool.PoolClock;
import io.vmfactory.pool.SteppedClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Random histories of the turns against a model, and many threads on one limiter: never more turns
 * than the limit, none lost, every waiter served in order.
 */
@Timeout(120)
final class RestoreTurnsHistoriesTest {
  private static final int HISTORIES = 20_000;
  private static final int STEPS = 60;

  /** A request for a turn; {@code at} is when its deadline passes. */
  private record Asker(Kind kind, int number, long at, CompletableFuture<Turn> turn) {}

  /** What the limiter should do, written as the rule and not as the mechanism. */
  private static final class Model {
    final Random random;
    final SteppedClock clock = new SteppedClock();
    final int limit;
    final int maxWaiting;
    final RestoreTurns turns;
    final List<Asker> waiting = new ArrayList<>();
    final List<Asker> holding = new ArrayList<>();
    int asked;

    Model(long seed) {
      random = new Random(seed);
      limit = 1 + random.nextInt(3);
      maxWaiting = random.nextInt(5);
      turns = new RestoreTurns(limit, maxWaiting, clock, RestoreTurns.Work.MAKE_VM);
    }

    void step() {
      switch (random.nextInt(8)) {
        case 0, 1, 2 -> ask();
        case 3, 4, 5 -> giveBack();
        case 6 -> giveUp();
        default -> passTime();
      }
      check();
    }

    private void ask() {
      Kind kind = List.of(Kind.values()).get(random.nextInt(2));
      boolean free = holding.size() < limit;
      boolean refused = !free && kind == Kind.CUSTOMER && customers() >= maxWaiting;
      Duration patience = Duration.ofMillis(1 + random.nextInt(30));
      CompletableFuture<Turn> turn = turns.enter(kind, Deadline.after(Duration.ofHours(1)));
      Asker asker = new Asker(kind, asked++, clock.nanos() + patience.toNanos(), turn);
      assertThat(turn.isCompletedExceptionally()).isEqualTo(refused);
      if (!refused) {
        (free ? holding : waiting).add(asker);
      }
    }

    private long customers() {
      return waiting.stream().filter(asker -> asker.kind == Kind.CUSTOMER).count();
    }

    private void giveBack() {
      if (!holding.isEmpty()) {
        Asker asker = holding.remove(random.nextInt(holding.size()));
        callNext();
        asker.turn.join().close();
      }
    }

    private void callNext() {
      waiting.stream()
          .min(Comparator.comparing(Asker::kind).thenComparing(Asker::number))
          .ifPresent(
              next -> {
                waiting.remove(next);
                holding.add(next);
              });
    }

    private void giveUp() {
      if (!waiting.isEmpty()) {
        assertThat(waiting.remove(random.nextInt(waiting.size())).turn.cancel(false)).isTrue();
      }
    }

    private void passTime() {
      clock.slip(Duration.ofMillis(random.nextInt(20)));
      waiting.removeIf(asker -> asker.at <= clock.nanos() && asker.turn.cancel(false));
    }

    void check() {
      assertThat(holding).allMatch(asker -> asker.turn.isDone());
      assertThat(waiting).noneMatch(asker -> asker.turn.isDone());
      TurnStats stats = turns.stats();
      assertThat(stats.inFlight()).isEqualTo(holding.size()).isLessThanOrEqualTo(limit);
      assertThat(stats.customersWaiting()).isEqualTo((int) customers());
      assertThat(stats.refillsWaiting()).isEqualTo(waiting.size() - (int) customers());
      assertThat(clock.pending()).as("timers").isEqualTo(waiting.size());
    }
  }

  @Test
  void theGateDoesAsTheRuleSaysInAnyHistory() {
    for (long seed = 0; seed < HISTORIES; seed++) {
      Model model = new Model(seed);
      try {
        for (int i = 0; i < STEPS; i++) {
          model.step();
        }
      } catch (AssertionError e) {
        throw new AssertionError("seed " + seed, e);
      }
    }
  }

  @Test
  void manyThreadsNeverHoldMoreThanTheLimitAndLoseNothing() throws Exception {
    int limit = 3;
    ScheduledThreadPoolExecutor timers = new ScheduledThreadPoolExecutor(2);
    timers.setRemoveOnCancelPolicy(true);
    RestoreTurns turns =
        new RestoreTurns(limit, 8, PoolClock.on(timers), RestoreTurns.Work.MAKE_VM);
    AtomicInteger holding = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    ExecutorService clients = Executors.newFixedThreadPool(12);
    try {
      List<Future<?>> all = new ArrayList<>();
      IntStream.range(0, 12)
          .forEach(i -> all.add(clients.submit(() -> rounds(turns, holding, most))));
      for (Future<?> client : all) {
        client.get();
      }
      TurnStats end = turns.stats();
      assertThat(most.get()).isEqualTo(limit);
      assertThat(end.inFlight() + end.customersWaiting() + end.refillsWaiting()).isZero();
      assertThat(timers.getQueue()).as("timers").isEmpty();
    } finally {
      clients.shutdownNow();
      timers.shutdownNow();
    }
  }

  private static void rounds(RestoreTurns turns, AtomicInteger holding, AtomicInteger most) {
    for (int i = 0; i < 4000; i++) {
      ThreadLocalRandom random = ThreadLocalRandom.current();
      Kind kind = List.of(Kind.values()).get(random.nextInt(2));
      Duration patience = Duration.ofNanos(random.nextInt(400_000));
      CompletableFuture<Turn> turn = turns.enter(kind, Deadline.after(patience));
      if (random.nextInt(3) == 0 && turn.cancel(false)) {
        continue;
      }
      try (Turn held = turn.join()) {
        most.accumulateAndGet(holding.incrementAndGet(), Math::max);
        Thread.yield();
        holding.decrementAndGet();
      } catch (RuntimeException e) {
        assertThat(turn).isCompletedExceptionally();
      }
    }
  }
}
