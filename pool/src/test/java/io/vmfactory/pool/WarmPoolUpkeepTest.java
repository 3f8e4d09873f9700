package io.vmfactory.pool;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Tests ageing and examination of waiting values. */
class WarmPoolUpkeepTest {
  private static final Duration HOUR = Duration.ofHours(1);
  private static final Duration MINUTE = Duration.ofMinutes(1);

  private final PoolFixture fixture = new PoolFixture();
  private final ScriptedAllocator allocator = fixture.allocator;

  private WarmPool<Item> pool(int size, Duration maxAge, Duration probeEvery) {
    allocator.atOnce = true;
    WarmPool<Item> pool =
        fixture.pool(
            PoolPolicy.of(PoolSizing.fixed(size))
                .withAllocationsAtOnce(size)
                .withUpkeep(new Upkeep(maxAge, probeEvery, 0)));
    allocator.atOnce = false;
    return pool;
  }

  @Test
  void theOldIsReplacedWhenItsTimeIsUp() {
    WarmPool<Item> pool = pool(1, HOUR, Duration.ZERO);
    fixture.clock.advance(HOUR.minusNanos(1));
    assertThat(allocator.disposed).isEmpty();

    fixture.clock.advance(Duration.ofNanos(1));

    assertThat(allocator.disposed).extracting(item -> item.id).containsExactly(0);
    assertThat(allocator.asked).hasSize(1);
    assertThat(pool.stats().traffic().expired()).isEqualTo(1);
  }

  @Test
  void theOldIsNeverHandedOutEvenBeforeItsTimerFires() {
    WarmPool<Item> pool = pool(1, HOUR, Duration.ZERO);
    fixture.clock.slip(HOUR);

    assertThat(pool.tryClaim()).isEmpty();
    assertThat(allocator.disposed).hasSize(1);
  }

  @Test
  void whatGrewOldInAClaimerHandsIsNotPutBack() {
    WarmPool<Item> pool = pool(1, HOUR, Duration.ZERO);
    Claim<Item> claim = pool.tryClaim().orElseThrow();
    fixture.clock.advance(HOUR);
    claim.undo();

    assertThat(allocator.disposed).hasSize(1);
  }

  @Test
  void whenAValueProvesBrokenTheOthersAreExaminedNext() {
    WarmPool<Item> pool = pool(3, Duration.ZERO, HOUR);
    Claim<Item> claim = pool.tryClaim().orElseThrow();
    claim.take();
    claim.poison(new IllegalStateException("broken"));
    assertThat(allocator.examined).as("one at a time").hasSize(1);

    allocator.answer(allocator.examined.keySet().iterator().next(), Examination.expire("too"));
    assertThat(allocator.examined).hasSize(1);
    allocator.answer(allocator.examined.keySet().iterator().next(), Examination.keep());

    assertThat(allocator.examined).isEmpty();
    assertThat(allocator.disposed).extracting(item -> item.id).containsExactlyInAnyOrder(0, 1);
    fixture.clock.advance(HOUR.minusNanos(1));
    assertThat(allocator.examined).as("the good one, before its time").isEmpty();
    fixture.clock.advance(Duration.ofNanos(1));
    assertThat(allocator.examined).hasSize(1);
  }

  @Test
  void whereExaminationsAreOffABrokenValueCausesNone() {
    WarmPool<Item> pool = pool(2, Duration.ZERO, Duration.ZERO);
    pool.tryClaim().orElseThrow().poison(new IllegalStateException("broken"));
    assertThat(allocator.examined).isEmpty();
  }

  @Test
  void valuesMadeTogetherDoNotExpireTogether() {
    allocator.atOnce = true;
    PoolPolicy policy =
        PoolPolicy.of(PoolSizing.fixed(10))
            .withAllocationsAtOnce(10)
            .withUpkeep(new Upkeep(HOUR, Duration.ZERO, 0.5));
    new WarmPool<>("p", allocator, allocator, policy, fixture.clock, new Random(7)).start();
    allocator.atOnce = false;
    List<Integer> perStep = new ArrayList<>();
    for (int minute = 0; minute < 60; minute++) {
      int before = allocator.disposed.size();
      fixture.clock.advance(MINUTE);
      perStep.add(allocator.disposed.size() - before);
    }

    assertThat(perStep.subList(0, 29)).containsOnly(0);
    assertThat(allocator.disposed).hasSize(10);
    assertThat(perStep).allMatch(count -> count <= 3);
  }

  @Test
  void whatIsExaminedIsNotOnOfferAndComesBackWhenGood() {
    WarmPool<Item> pool = pool(1, Duration.ZERO, MINUTE);
    fixture.clock.advance(MINUTE);
    Item item = allocator.examined.keySet().iterator().next();
    assertThat(pool.tryClaim()).isEmpty();
    assertThat(pool.stats().slots().probing()).isEqualTo(1);
    assertThat(allocator.facts.get(0)).isEqualTo(new Expiry.Facts(MINUTE, false));

    allocator.answer(item, Examination.keep());

    assertThat(pool.tryClaim().orElseThrow().take()).isSameAs(item);
  }

  @Test
  void aWaiterGetsWhatComesBackFromExamination() {
    WarmPool<Item> pool = pool(1, Duration.ZERO, MINUTE);
    fixture.clock.advance(MINUTE);
    Item item = allocator.examined.keySet().iterator().next();
    CompletableFuture<Claim<Item>> waiter = PoolFixture.claim(pool, MINUTE);

    allocator.answer(item, Examination.keep());

    assertThat(waiter.join().take()).isSameAs(item);
  }

  @Test
  void oneIsExaminedAtATimeAndEachAgainAfterItsPeriod() {
    pool(3, Duration.ZERO, MINUTE);
    fixture.clock.advance(MINUTE);
    List<Integer> seen = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      assertThat(allocator.examined).hasSize(1);
      Item item = allocator.examined.keySet().iterator().next();
      seen.add(item.id);
      allocator.answer(item, Examination.keep());
    }
    assertThat(seen).containsExactlyInAnyOrder(0, 1, 2);
    assertThat(allocator.examined).isEmpty();

    fixture.clock.advance(MINUTE);
    assertThat(allocator.examined).hasSize(1);
  }

  @Test
  void whatFailsExaminationIsReplacedAndTheReasonKept() {
    WarmPool<Item> pool = pool(1, Duration.ZERO, MINUTE);
    fixture.clock.advance(MINUTE);
    Item item = allocator.examined.keySet().iterator().next();
    allocator.answer(item, Examination.expire("agent is silent"));

    assertThat(allocator.disposed).containsExactly(item);
    assertThat(allocator.asked).hasSize(1);
    assertThat(pool.stats().failures().get(0).kind()).isEqualTo(PoolFailure.Kind.PROBE);
    assertThat(pool.stats().failures().get(0).cause()).hasMessageContaining("agent is silent");
  }

  @Test
  void anExaminationThatFailsItselfCountsAsBad() {
    WarmPool<Item> pool = pool(1, Duration.ZERO, MINUTE);
    fixture.clock.advance(MINUTE);
    Item item = allocator.examined.keySet().iterator().next();
    allocator.examined.remove(item).completeExceptionally(new IllegalStateException("QMP gone"));

    assertThat(allocator.disposed).containsExactly(item);
    assertThat(pool.stats().failures().get(0).cause()).hasMessage("QMP gone");
  }

  @Test
  void noExaminationBeginsWhileRefillIsPaused() {
    WarmPool<Item> pool = pool(1, Duration.ZERO, MINUTE);
    RefillPause pause = pool.pauseRefill();
    fixture.clock.advance(MINUTE);
    assertThat(allocator.examined).isEmpty();

    pause.close();

    assertThat(allocator.examined).hasSize(1);
  }

  @Test
  void whatDiesByItselfIsReplacedAtOnce() {
    WarmPool<Item> pool = pool(2, Duration.ZERO, Duration.ZERO);
    fixture.clock.advance(HOUR);
    Item dead = allocator.lives.keySet().iterator().next();
    allocator.lives.get(dead).completeExceptionally(new IllegalStateException("signal 9"));

    assertThat(allocator.disposed).containsExactly(dead);
    assertThat(allocator.asked).hasSize(1);
    assertThat(pool.stats().failures().get(0).kind()).isEqualTo(PoolFailure.Kind.DIED);
    assertThat(pool.stats().failures().get(0).cause()).hasMessage("signal 9");
  }

  @Test
  void whatDiesInAClaimerHandsIsNotPutBack() {
    WarmPool<Item> pool = pool(1, Duration.ZERO, Duration.ZERO);
    Claim<Item> claim = pool.tryClaim().orElseThrow();
    allocator.lives.values().iterator().next().complete(null);
    claim.undo();

    assertThat(allocator.disposed).hasSize(1);
  }

  @Test
  void whatDiesAfterItWasTakenIsNoneOfThePoolsBusiness() {
    WarmPool<Item> pool = pool(1, Duration.ZERO, Duration.ZERO);
    pool.tryClaim().orElseThrow().take();
    allocator.lives.values().iterator().next().complete(null);

    assertThat(allocator.disposed).isEmpty();
    assertThat(pool.stats().failures()).isEmpty();
  }

  @Test
  void valuesThatDieYoungAreReplacedAtLengtheningPauses() {
    WarmPool<Item> pool = pool(1, Duration.ZERO, Duration.ZERO);
    List<Long> pausesMillis = new ArrayList<>();
    Item item = allocator.lives.keySet().iterator().next();
    for (int i = 0; i < 4; i++) {
      allocator.lives.get(item).complete(null);
      assertThat(allocator.asked).isEmpty();
      Duration in = pool.stats().retry().orElseThrow().in();
      pausesMillis.add(Math.round(in.toNanos() / 1e6));
      fixture.clock.advance(in);
      item = allocator.succeed();
    }

    assertThat(pausesMillis).containsExactly(100L, 200L, 400L, 800L);
  }

  @Test
  void onReplenishHandsOutTheOldUntilItIsUsedUp() {
    WarmPool<Item> pool = pool(2, Duration.ZERO, Duration.ZERO);
    pool.rollOver(RollOver.ON_REPLENISH);

    assertThat(allocator.disposed).isEmpty();
    assertThat(pool.stats().slots().superseded()).isEqualTo(2);
    assertThat(pool.tryClaim().orElseThrow().take().id).isZero();
    allocator.succeed();
    assertThat(pool.stats().slots().superseded()).isEqualTo(1);
  }

  @Test
  void recreateReplacesTheStockAtOnceAndWhatWasOnItsWay() {
    WarmPool<Item> pool = pool(2, Duration.ZERO, Duration.ZERO);
    Claim<Item> held = pool.tryClaim().orElseThrow();
    pool.rollOver(RollOver.RECREATE);

    assertThat(allocator.disposed).extracting(item -> item.id).containsExactly(1);
    allocator.succeed();
    assertThat(allocator.disposed).extracting(item -> item.id).containsExactly(1, 2);
    held.undo();
    assertThat(allocator.disposed).extracting(item -> item.id).containsExactly(1, 2, 0);
    assertThat(pool.stats().slots().idle()).isZero();
    assertThat(allocator.asked).hasSize(2);
  }

  @Test
  void anExaminerLearnsThatAValueIsSuperseded() {
    WarmPool<Item> pool = pool(1, Duration.ZERO, MINUTE);
    pool.rollOver(RollOver.ON_REPLENISH);
    fixture.clock.advance(MINUTE);

    assertThat(allocator.facts.get(0).superseded()).isTrue();
  }
}
