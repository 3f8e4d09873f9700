package io.vmfactory.pool;

import static org.assertj.core.api.Assertions.assertThat;

import io.vmfactory.configs.time.Deadline;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Tests a pool that makes its values from those of another pool, as warm VMs are made from shells.
 */
class WarmPoolTiersTest {
  private final SteppedClock clock = new SteppedClock();
  private final ScriptedAllocator shells = new ScriptedAllocator();
  private final List<Item> killed = new ArrayList<>();
  private final List<CompletableFuture<Item>> restores = new ArrayList<>();

  private final WarmPool<Item> shell =
      new WarmPool<>(
          "shells", shells, shells, PoolPolicy.of(PoolSizing.fixed(2)), clock, PoolFixture.FULL);

  private final WarmPool<Item> warm =
      new WarmPool<>(
          "warm",
          new Restorer(),
          Expiry.never(),
          PoolPolicy.of(PoolSizing.fixed(3)).withAllocationsAtOnce(2),
          clock,
          PoolFixture.FULL);

  @BeforeEach
  void start() {
    shell.start();
    warm.start();
  }

  private final class Restorer implements Allocator<Item> {
    @Override
    public CompletionStage<Item> allocate(Deadline limit) {
      return shell.claimLater(limit).thenApply(Claim::take).thenCompose(this::restore);
    }

    private CompletionStage<Item> restore(Item from) {
      CompletableFuture<Item> restore = new CompletableFuture<>();
      restores.add(restore);
      return restore.thenApply(any -> from);
    }

    @Override
    public CompletionStage<Void> dispose(Item value) {
      killed.add(value);
      return CompletableFuture.completedFuture(null);
    }
  }

  private void runAll() {
    while (!shells.asked.isEmpty() || !restores.isEmpty()) {
      if (!shells.asked.isEmpty()) {
        shells.succeed();
      }
      if (!restores.isEmpty()) {
        restores.remove(0).complete(null);
      }
    }
  }

  @Test
  void bothTiersFillAndATakenOneIsReplacedThroughBoth() {
    runAll();
    assertThat(warm.stats().slots().idle()).isEqualTo(3);
    assertThat(shell.stats().slots().idle()).isEqualTo(2);

    warm.tryClaim().orElseThrow().take();
    assertThat(shell.stats().traffic().hits()).isPositive();
    assertThat(shells.asked).hasSize(1);
    runAll();

    assertThat(warm.stats().slots().idle()).isEqualTo(3);
    assertThat(shell.stats().slots().idle()).isEqualTo(2);
    assertThat(killed).isEmpty();
    assertThat(shells.disposed).isEmpty();
  }

  @Test
  void requestsThatMissWarmTakeAShellBeforeRefillCan() {
    runAll();
    try (RefillPause pause = warm.pauseRefill()) {
      for (int i = 0; i < 3; i++) {
        warm.tryClaim().orElseThrow().take();
      }
      assertThat(warm.tryClaim()).isEmpty();
      assertThat(shell.tryClaim()).isPresent();
      assertThat(shell.tryClaim()).isPresent();
      assertThat(restores).isEmpty();
    }
    assertThat(warm.stats().slots().allocating()).isEqualTo(2);
  }

  @Test
  void aShellThatCannotBeMadeShowsInTheWarmPoolWithItsCause() {
    shells.fail("cannot fork");
    clock.advance(Duration.ofSeconds(61));
    while (!shells.asked.isEmpty()) {
      shells.fail("cannot fork");
    }

    assertThat(warm.stats().retry().orElseThrow().cause())
        .isInstanceOf(PoolException.class)
        .hasRootCauseMessage("cannot fork");
  }

  @Test
  void bothClose() {
    runAll();
    warm.tryClaim().orElseThrow().take();
    CompletableFuture<Void> warmClosed = warm.close().toCompletableFuture();
    CompletableFuture<Void> shellClosed = shell.close().toCompletableFuture();
    runAll();

    assertThat(warmClosed).isCompleted();
    assertThat(shellClosed).isCompleted();
    assertThat(killed.size() + shells.disposed.size() + 1).isEqualTo(shells.made);
  }
}
