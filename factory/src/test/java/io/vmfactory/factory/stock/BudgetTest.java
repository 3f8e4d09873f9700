package io.vmfactory.factory.stock;

import static io.vmfactory.factory.observe.Observer.Tier.SHELL;
import static io.vmfactory.factory.observe.Observer.Tier.WARM;
import static org.assertj.core.api.Assertions.assertThat;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.factory.observe.Observer.Tier;
import io.vmfactory.factory.stock.Budget.Account;
import io.vmfactory.factory.vm.Footprint;
import io.vmfactory.factory.vm.MemoryMeter;
import io.vmfactory.pool.Allocator;
import io.vmfactory.pool.Expiry;
import io.vmfactory.pool.PoolPolicy;
import io.vmfactory.pool.PoolSizing;
import io.vmfactory.pool.PoolStats.Aim;
import io.vmfactory.pool.SteppedClock;
import io.vmfactory.pool.WarmPool;
import io.vmfactory.vmm.VmId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Tests how measured memory becomes ceilings of pools. */
@Timeout(60)
final class BudgetTest {
  private static final long MIB = 1024;
  private static final int PID = 100;

  @TempDir private Path proc;

  private final SteppedClock clock = new SteppedClock();

  /** VMs that exist only as numbers and are made at once. */
  private static final class Numbers implements Allocator<Integer> {
    private int made;

    @Override
    public CompletionStage<Integer> allocate(Deadline limit) {
      return CompletableFuture.completedFuture(++made);
    }

    @Override
    public CompletionStage<Void> dispose(Integer value) {
      return CompletableFuture.completedFuture(null);
    }
  }

  private WarmPool<Integer> pool(int size) {
    PoolPolicy policy = PoolPolicy.of(PoolSizing.fixed(size)).withAllocationsAtOnce(size + 1);
    WarmPool<Integer> pool =
        new WarmPool<>("p", new Numbers(), Expiry.never(), policy, clock, new Random(1));
    pool.start();
    return pool;
  }

  private static Account open(Budget budget, Tier tier, WarmPool<?> pool) {
    Account account = budget.open(tier);
    account.limit(pool);
    return account;
  }

  private Budget budget(long mib) {
    return new Budget(mib << 20, new MemoryMeter(proc), Runnable::run);
  }

  private void takes(int pid, long privateMib, long sharedMib) {
    String text =
        """
        5600-7ffe ---p 00000000 00:00 0                                  [rollup]
        Rss:              999999 kB
        Pss:              888888 kB
        Pss_Dirty:        777777 kB
        Shared_Clean:     %d kB
        Shared_Dirty:          0 kB
        Private_Clean:      1024 kB
        Private_Dirty:    %d kB
        Anonymous:        666666 kB
        Shared_Hugetlb:        0 kB
        Private_Hugetlb:    1024 kB
        """
            .formatted(sharedMib * MIB, (privateMib - 2) * MIB);
    try {
      Files.createDirectories(proc.resolve("" + pid));
      Files.writeString(proc.resolve(pid + "/smaps_rollup"), text);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private VmId enter(Account account, int pid, long privateMib) {
    takes(pid, privateMib, 50);
    VmId vm = VmId.random();
    account.entered(vm, pid);
    return vm;
  }

  private static Aim aim(WarmPool<?> pool) {
    return pool.stats().aim();
  }

  @Test
  void beforeTheFirstIsMeasuredWhatOneTakesIsAssumedAndSaidSo() {
    WarmPool<Integer> warm = pool(8);
    open(budget(100), WARM, warm);
    assertThat(aim(warm).count()).isEqualTo(100 / 32);
    assertThat(aim(warm).why())
        .isEqualTo(
            "fixed, wants 8; limited to 3: memory_budget = 100 MiB has no room for more"
                + " at 32.0 MiB each (assumed until one is measured)");
  }

  @Test
  void theFirstMeasurementCorrectsTheAssumption() {
    WarmPool<Integer> warm = pool(8);
    Account account = open(budget(100), WARM, warm);
    enter(account, PID, 20);
    assertThat(aim(warm).count()).isEqualTo(5);
    assertThat(aim(warm).why()).endsWith("at 20.0 MiB each (measured)");
    enter(account, PID + 1, 30);
    assertThat(aim(warm).count()).isEqualTo(4);
  }

  @Test
  void aPoolOfATemplateNotMeasuredYetIsTakenToBeLikeTheOthersOfItsTier() {
    Budget budget = budget(100);
    enter(open(budget, WARM, pool(1)), PID, 20);
    WarmPool<Integer> other = pool(8);
    open(budget, WARM, other);
    assertThat(aim(other).count()).isEqualTo(4);
  }

  @Test
  void shellsGetWhatWarmVmsLeave() {
    Budget budget = budget(100);
    WarmPool<Integer> shells = pool(8);
    WarmPool<Integer> warm = pool(4);
    Account ofShells = open(budget, SHELL, shells);
    Account ofWarm = open(budget, WARM, warm);
    enter(ofShells, PID, 10);
    VmId vm = enter(ofWarm, PID + 1, 20);
    assertThat(aim(warm).count()).isEqualTo(4);
    assertThat(aim(shells).count()).isEqualTo(2);

    takes(PID + 1, 24, 0);
    ofWarm.examined(vm);
    assertThat(aim(warm).count()).isEqualTo(4);
    assertThat(aim(shells).count()).as("a warm VM has grown").isZero();
  }

  @Test
  void surplusIsEndedWhenVmsGrowAndTheStockGrowsAgainWhenTheyShrink() {
    WarmPool<Integer> warm = pool(4);
    Account account = open(budget(100), WARM, warm);
    VmId vm = enter(account, PID, 20);
    assertThat(warm.stats().slots().idle()).isEqualTo(4);
    takes(PID, 40, 0);
    account.examined(vm);
    assertThat(warm.stats().slots().idle()).isEqualTo(2);
    takes(PID, 20, 0);
    account.examined(vm);
    assertThat(warm.stats().slots().idle()).isEqualTo(4);
  }

  @Test
  void whatOneTakesIsRememberedWhileThereIsNone() {
    WarmPool<Integer> warm = pool(8);
    Account account = open(budget(100), WARM, warm);
    account.left(enter(account, PID, 50));
    assertThat(account.memory()).isEqualTo(Footprint.NONE);
    assertThat(aim(warm).count()).isEqualTo(2);
  }

  @Test
  void theFirstIsMeasuredAgainWhenASecondSharesItsPages() {
    WarmPool<Integer> warm = pool(8);
    Budget budget = budget(100);
    Account account = open(budget, WARM, warm);
    enter(account, PID, 60);
    assertThat(aim(warm).count()).isEqualTo(1);
    takes(PID, 10, 50);
    enter(account, PID + 1, 10);
    assertThat(aim(warm).count()).isEqualTo(8);
    assertThat(budget.view())
        .isEqualTo(new Budget.View(100 * MIB, new Footprint(20 * MIB, 100 * MIB), 2));
  }

  @Test
  void aVmThatLeftIsNotBroughtBackByALateExamination() {
    Account account = open(budget(100), WARM, pool(1));
    VmId vm = enter(account, PID, 20);
    account.left(vm);
    account.left(vm);
    account.examined(vm);
    assertThat(account.memory()).isEqualTo(Footprint.NONE);
  }

  @Test
  void aVmWhoseProcessIsGoneCountsNothing() {
    Budget budget = budget(100);
    open(budget, WARM, pool(1)).entered(VmId.random(), 4242);
    assertThat(budget.view().vms()).isZero();
  }

  @Test
  void aDrainedPoolAndAClosedAccountLeaveTheirShareToOthers() {
    Budget budget = budget(100);
    WarmPool<Integer> one = pool(99);
    WarmPool<Integer> two = pool(99);
    Account ofOne = open(budget, WARM, one);
    open(budget, WARM, two);
    enter(ofOne, PID, 10);
    assertThat(aim(two).count()).isEqualTo(5);
    one.drain();
    budget.review();
    assertThat(aim(two).count()).isEqualTo(10);
    one.reopen();
    budget.review();
    assertThat(aim(two).count()).isEqualTo(5);
    ofOne.close();
    assertThat(budget.view().vms()).isZero();
    assertThat(aim(two).count()).as("nothing is measured any more: assumed").isEqualTo(3);
  }

  @Test
  void anotherSizeIsSeenAtTheNextReview() {
    Budget budget = budget(100);
    WarmPool<Integer> one = pool(9);
    WarmPool<Integer> two = pool(9);
    enter(open(budget, WARM, one), PID, 10);
    open(budget, WARM, two);
    assertThat(List.of(aim(one).count(), aim(two).count())).containsExactly(5, 5);
    two.resize(PoolSizing.fixed(2));
    budget.review();
    assertThat(List.of(aim(one).count(), aim(two).count())).containsExactly(8, 2);
  }

  @Test
  void manyChangesAtOnceAreDividedOnce() {
    Deque<Runnable> later = new ArrayDeque<>();
    Budget budget = new Budget(100 << 20, new MemoryMeter(proc), later::add);
    WarmPool<Integer> warm = pool(8);
    Account account = open(budget, WARM, warm);
    List<VmId> vms = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      vms.add(enter(account, PID + i, 50));
    }
    assertThat(later).hasSize(1);
    later.remove().run();
    assertThat(aim(warm).count()).isEqualTo(2);
    account.left(vms.get(0));
    assertThat(later).hasSize(1);
  }

  @Test
  void aDaemonThatStopsDividesNothingMore() {
    Budget budget =
        new Budget(
            1 << 20,
            new MemoryMeter(proc),
            task -> {
              throw new RejectedExecutionException("stopped");
            });
    WarmPool<Integer> warm = pool(2);
    open(budget, WARM, warm).close();
    assertThat(aim(warm).count()).isEqualTo(2);
  }
}
