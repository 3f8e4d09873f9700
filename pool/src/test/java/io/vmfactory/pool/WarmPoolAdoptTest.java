package io.vmfactory.pool;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Tests stock that was made in an earlier run of the program. */
class WarmPoolAdoptTest {
  private static final Duration HOUR = Duration.ofHours(1);

  private final PoolFixture fixture = new PoolFixture();
  private final ScriptedAllocator allocator = fixture.allocator;

  private static PoolPolicy policy(int size) {
    return PoolPolicy.of(PoolSizing.fixed(size)).withUpkeep(new Upkeep(HOUR, Duration.ZERO, 0));
  }

  @Test
  void nothingIsMadeBeforeTheStartAndThenOnlyWhatIsMissing() {
    WarmPool<Item> pool = fixture.unstarted(policy(3));
    pool.adopt(new Item(70), Duration.ZERO);
    pool.adopt(new Item(71), Duration.ZERO);
    assertThat(allocator.allocations).isZero();

    pool.start();
    pool.start();

    assertThat(allocator.allocations).isEqualTo(1);
    assertThat(pool.tryClaim().orElseThrow().take().id).isEqualTo(70);
  }

  @Test
  void theAdoptedServesAWaiterFirst() {
    WarmPool<Item> pool = fixture.unstarted(policy(0));
    CompletableFuture<Claim<Item>> waiter = PoolFixture.claim(pool, HOUR);
    pool.adopt(new Item(70), Duration.ZERO);

    assertThat(waiter.join().take().id).isEqualTo(70);
  }

  @Test
  void theAdoptedKeepsItsAge() {
    WarmPool<Item> pool = fixture.unstarted(policy(2));
    Item old = new Item(70);
    pool.adopt(old, HOUR.minusMinutes(10));
    Item tooOld = new Item(71);
    pool.adopt(tooOld, HOUR);
    assertThat(allocator.disposed).containsExactly(tooOld);

    fixture.clock.advance(Duration.ofMinutes(10));

    assertThat(allocator.disposed).containsExactly(tooOld, old);
  }

  @Test
  void whatIsAdoptedBeyondTheSizeOrByAClosedPoolIsDisposedOf() {
    WarmPool<Item> pool = fixture.unstarted(policy(1));
    pool.adopt(new Item(70), Duration.ZERO);
    pool.adopt(new Item(71), Duration.ZERO);
    assertThat(allocator.disposed).extracting(item -> item.id).containsExactly(70);

    pool.close();
    pool.adopt(new Item(72), Duration.ZERO);

    assertThat(allocator.disposed).extracting(item -> item.id).containsExactly(70, 71, 72);
  }

  @Test
  void theAdoptedIsWatched() {
    WarmPool<Item> pool = fixture.unstarted(policy(1));
    Item item = new Item(70);
    pool.adopt(item, HOUR.dividedBy(2));
    allocator.lives.get(item).complete(null);

    assertThat(allocator.disposed).containsExactly(item);
    assertThat(pool.stats().slots().idle()).isZero();
  }
}
