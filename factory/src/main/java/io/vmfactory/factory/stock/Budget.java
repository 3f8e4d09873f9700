package io.vmfactory.factory.stock;

import io.vmfactory.factory.observe.Observer.Tier;
import io.vmfactory.factory.stock.Shares.Wish;
import io.vmfactory.factory.vm.Footprint;
import io.vmfactory.factory.vm.MemoryMeter;
import io.vmfactory.pool.PoolStats;
import io.vmfactory.pool.WarmPool;
import io.vmfactory.vmm.VmId;
import io.vmfactory.vmm.VmIdentity;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the private memory of all idle VMs together within a budget, by limiting the pools.
 * Measures each VM when it comes and when it is examined, and divides the budget again whenever a
 * VM has come, gone or grown, or a pool wants another number, see {@link Shares}.
 *
 * <p>The budget limits the targets of the pools. VMs that grow after they were measured, and VMs
 * that are being made, can exceed it until they are measured. Thread-safe; blocks only to read
 * {@code /proc}.
 */
final class Budget {
  /** Used until a warm VM is measured; one of the default guest takes 18 MiB. */
  static final long ASSUMED_WARM_KIB = 32 * 1024;

  /** Used until a shell is measured; a shell has loaded nothing. */
  static final long ASSUMED_SHELL_KIB = 16 * 1024;

  private final long budgetKib;
  private final MemoryMeter meter;
  private final Executor aside;
  private final List<Account> accounts = new ArrayList<>();
  private final AtomicInteger due = new AtomicInteger();

  /**
   * The budget and its use.
   *
   * @param budgetKib most private memory of all idle VMs, KiB
   * @param memory of the VMs that are idle now, as last measured
   * @param vms number of idle VMs
   */
  record View(long budgetKib, Footprint memory, int vms) {}

  /**
   * Makes a budget without pools.
   *
   * @param bytes most private memory of all idle VMs, {@code memory_budget}
   * @param aside divides it, so that no request waits for that
   */
  Budget(long bytes, MemoryMeter meter, Executor aside) {
    this.budgetKib = bytes / 1024;
    this.meter = meter;
    this.aside = aside;
  }

  /** Opens an account for a pool that is about to be made. */
  Account open(Tier tier) {
    Account account = new Account(tier);
    synchronized (accounts) {
      accounts.add(account);
    }
    return account;
  }

  /** Returns the budget and its use. */
  View view() {
    List<Account> all = all();
    Footprint sum = all.stream().map(Account::memory).reduce(Footprint.NONE, Footprint::plus);
    return new View(budgetKib, sum, all.stream().mapToInt(Account::vms).sum());
  }

  /** Divides the budget again, soon: a pool wants another number, or was drained or refilled. */
  void review() {
    if (due.getAndIncrement() == 0) {
      try {
        aside.execute(this::divideAll);
      } catch (RejectedExecutionException e) {
        due.set(0); // the daemon stops
      }
    }
  }

  /** Divides once for all requests that came before it began. */
  private void divideAll() {
    for (int asked = due.get(); asked != 0; asked = due.addAndGet(-asked)) {
      divide(all());
    }
  }

  private void divide(List<Account> all) {
    List<Wish> wishes = all.stream().map(Account::wish).toList();
    List<Integer> ceilings = Shares.ceilings(budgetKib, wishes);
    for (int i = 0; i < all.size(); i++) {
      all.get(i).limit(ceilings.get(i));
    }
  }

  private List<Account> all() {
    synchronized (accounts) {
      return List.copyOf(accounts);
    }
  }

  /** Estimates what a VM of that tier takes, from the VMs of other pools. */
  private OptionalLong meanKib(Tier tier) {
    Footprint sum = Footprint.NONE;
    int vms = 0;
    for (Account account : all()) {
      if (account.tier == tier) {
        sum = sum.plus(account.memory());
        vms += account.vms();
      }
    }
    return vms == 0 ? OptionalLong.empty() : OptionalLong.of(sum.privateKib() / vms);
  }

  /** The memory of one pool's idle VMs. */
  final class Account implements AutoCloseable {
    private final Tier tier;
    private final Map<VmId, Idle> idle = new HashMap<>();
    private OptionalLong lastMeanKib = OptionalLong.empty();
    private volatile @Nullable WarmPool<?> pool;
    private int ceiling = -1;
    private String why = "";

    private record Idle(int pid, Footprint memory) {}

    private Account(Tier tier) {
      this.tier = tier;
    }

    /** Begins to limit the pool whose account this is, until the account is closed. */
    void limit(WarmPool<?> limited) {
      pool = limited;
      review();
    }

    /**
     * Counts a VM that is about to come into the stock, until it leaves. Call this before the pool
     * has the VM, so that it cannot leave earlier. Reads {@code /proc} once.
     */
    <T extends StockedVm> T entered(T value) {
      VmIdentity vm = value.vm().identity();
      entered(vm.id(), vm.pid());
      value.tenure().whenOver(() -> left(vm.id()));
      return value;
    }

    /**
     * Counts a VM that is about to come into the stock, until it leaves. Call this before the pool
     * has the VM, so that it cannot leave earlier. Reads {@code /proc} once.
     */
    void entered(VmId vm, int pid) {
      meter.footprint(pid).ifPresent(memory -> put(vm, new Idle(pid, memory)));
      // Pages of the template's that the first had to itself are shared from the second on.
      other(vm).ifPresent(this::measure);
      review();
    }

    private synchronized void put(VmId vm, Idle measured) {
      idle.put(vm, measured);
    }

    private synchronized Optional<VmId> other(VmId vm) {
      return idle.size() == 2
          ? idle.keySet().stream().filter(id -> !id.equals(vm)).findFirst()
          : Optional.empty();
    }

    /** Measures a VM in stock again. Reads {@code /proc} once. */
    void examined(VmId vm) {
      measure(vm);
      review();
    }

    private void measure(VmId vm) {
      Idle before = known(vm);
      if (before != null) {
        meter.footprint(before.pid).ifPresent(memory -> remeasured(vm, before.pid, memory));
      }
    }

    private synchronized @Nullable Idle known(VmId vm) {
      return idle.get(vm);
    }

    /** Notes a measurement, unless the VM has left meanwhile. */
    private synchronized void remeasured(VmId vm, int pid, Footprint memory) {
      idle.computeIfPresent(vm, (id, before) -> new Idle(pid, memory));
    }

    /** Forgets a VM that has left the stock, for a customer or for its end. */
    void left(VmId vm) {
      if (removed(vm)) {
        review();
      }
    }

    private synchronized boolean removed(VmId vm) {
      return idle.remove(vm) != null;
    }

    /** Returns the memory of the VMs that are idle now, as last measured. */
    synchronized Footprint memory() {
      return idle.values().stream().map(Idle::memory).reduce(Footprint.NONE, Footprint::plus);
    }

    private synchronized int vms() {
      return idle.size();
    }

    private Wish wish() {
      WarmPool<?> limited = pool;
      return new Wish(tier, limited == null ? 0 : wanted(limited.stats()), Math.max(1, eachKib()));
    }

    private static int wanted(PoolStats stats) {
      return stats.phase() == PoolStats.Phase.OPEN ? stats.aim().wanted() : 0;
    }

    private long eachKib() {
      OptionalLong mean = ownMeanKib();
      if (mean.isEmpty()) {
        mean = Budget.this.meanKib(tier);
      }
      return mean.orElse(tier == Tier.WARM ? ASSUMED_WARM_KIB : ASSUMED_SHELL_KIB);
    }

    /** Estimates one VM of this pool; remembers the last estimate while there is none. */
    private synchronized OptionalLong ownMeanKib() {
      if (!idle.isEmpty()) {
        lastMeanKib = OptionalLong.of(memory().privateKib() / idle.size());
      }
      return lastMeanKib;
    }

    /** Called by one thread at a time. */
    private void limit(int most) {
      WarmPool<?> limited = pool;
      String reason = reason();
      if (limited != null && (most != ceiling || !reason.equals(why))) {
        ceiling = most;
        why = reason;
        limited.limit(most, reason);
      }
    }

    private String reason() {
      String basis = ownMeanKib().isPresent() ? "measured" : "assumed until one is measured";
      return String.format(
          Locale.ROOT,
          "memory_budget = %d MiB has no room for more at %.1f MiB each (%s)",
          budgetKib / 1024,
          eachKib() / 1024.0,
          basis);
    }

    /** Closes the account: the pool and its VMs are gone. */
    @Override
    public void close() {
      synchronized (accounts) {
        accounts.remove(this);
      }
      review();
    }
  }
}
