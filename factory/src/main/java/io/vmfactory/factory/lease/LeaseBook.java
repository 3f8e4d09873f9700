package io.vmfactory.factory.lease;

import io.vmfactory.configs.time.WallClock;
import io.vmfactory.factory.events.EventBus;
import io.vmfactory.factory.events.Events.Kind;
import io.vmfactory.factory.events.Failures;
import io.vmfactory.factory.journal.VmRecord;
import io.vmfactory.factory.journal.VmRecord.LeaseEntry;
import io.vmfactory.factory.request.Lease;
import io.vmfactory.factory.request.LeaseId;
import io.vmfactory.factory.request.Order;
import io.vmfactory.factory.request.Refusals;
import io.vmfactory.factory.routes.Admission;
import io.vmfactory.factory.vm.HostedVm;
import io.vmfactory.vmm.Vm;
import io.vmfactory.vmm.VmExit;
import io.vmfactory.vmm.VmId;
import io.vmfactory.vmm.VmmException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * All leases. A lease ends once: by release, by expiry, by its VM's own end or by shutdown. This
 * object's lock decides which of them comes first; the first takes the holding out and ends the VM
 * after it has released the lock.
 *
 * <p>Time spans are the scheduler's and monotonic; the wall clock is only shown and journalled.
 */
public final class LeaseBook {
  /**
   * The least time that a lease of an earlier daemon has left, however long no daemon was there:
   * its owner could not renew it meanwhile.
   */
  public static final Duration GRACE = Duration.ofSeconds(10);

  private final Map<LeaseId, Holding> holdings = new LinkedHashMap<>();
  private final Set<LeaseId> expected = new HashSet<>();
  private final WallClock clock;
  private final ScheduledExecutorService scheduler;
  private final EventBus events;
  private final Failures failures;
  private boolean closed;

  public LeaseBook(
      WallClock clock, ScheduledExecutorService scheduler, EventBus events, Failures failures) {
    this.clock = clock;
    this.scheduler = scheduler;
    this.events = events;
    this.failures = failures;
  }

  /**
   * Writes a lease into the journal. The VM stays the caller's, who then opens the lease or ends
   * the VM. If the daemon dies in between, the next one has a lease that no client knows, which
   * expires.
   *
   * @param vm as its customer will have it
   */
  public Lease draft(HostedVm vm, Order order) {
    Lease lease = lease(new LeaseId(Randoms.hex()), vm.id(), order.owner(), order.ttl());
    journal(vm, lease);
    return lease;
  }

  /**
   * Opens a lease. When this returns, the VM and {@code place} are this book's; if it throws, they
   * are still the caller's.
   */
  public void open(HostedVm vm, Lease lease, Admission.Place place) {
    synchronized (this) {
      if (closed) {
        throw Refusals.shuttingDown();
      }
      holdings.put(lease.id(), new Holding(vm, lease, place, scheduleExpiry(lease, lease.ttl())));
      emit(Kind.VM_LEASED, vm, lease.id(), "route " + vm.record().route());
    }
    watch(vm.vm(), lease);
  }

  private void watch(Vm vm, Lease lease) {
    vm.signals().exited().thenAcceptAsync(exit -> died(lease.id(), exit), scheduler);
  }

  /** Announces a lease of an earlier daemon whose VM is still to be taken over. */
  public synchronized void expect(LeaseEntry lease) {
    expected.add(new LeaseId(lease.id()));
  }

  /**
   * Takes over an expected lease with its VM, which may be UNAVAILABLE, and {@code place}. It lasts
   * for the time that is left of it by journal and wall clock, but at least {@link #GRACE} and at
   * most its whole term.
   */
  public void adopt(HostedVm vm, LeaseEntry was, Admission.Place place) {
    Duration left = left(was);
    LeaseId id = new LeaseId(was.id());
    Lease lease = new Lease(id, vm.id(), was.owner(), was.ttl(), clock.now().plus(left));
    synchronized (this) {
      expected.remove(id);
      holdings.put(id, new Holding(vm, lease, place, scheduleExpiry(lease, left)));
    }
    watch(vm.vm(), lease);
    vm.vm()
        .signals()
        .available()
        .thenAccept(phase -> emit(Kind.VM_ADOPTED, vm, id, "LEASED, " + phase));
  }

  private Duration left(LeaseEntry was) {
    Duration left = Duration.between(clock.now(), was.expiry());
    Duration most = longer(was.ttl(), GRACE); // a clock that was set back meanwhile
    return longer(left.compareTo(most) < 0 ? left : most, GRACE);
  }

  private static Duration longer(Duration one, Duration other) {
    return one.compareTo(other) < 0 ? other : one;
  }

  /** Records that the VM of a lease of an earlier daemon is gone. */
  public void lost(VmRecord record, String why) {
    LeaseId lease = new LeaseId(Objects.requireNonNull(record.lease()).id());
    synchronized (this) {
      expected.remove(lease);
      events.emit(Kind.VM_DIED, record.id(), lease.value(), record.templateKey(), why);
    }
    failures.record("VM", record.id(), why);
  }

  /** Lets a lease last {@code ttl} from now; null = as long as before. */
  public synchronized Lease renew(LeaseId leaseId, @Nullable Duration ttl) {
    Holding old = existing(leaseId);
    Lease lease =
        lease(
            leaseId,
            old.lease().vmId(),
            old.lease().owner(),
            ttl == null ? old.lease().ttl() : ttl);
    journal(old.vm(), lease);
    old.expiry().cancel(false);
    holdings.put(
        leaseId, new Holding(old.vm(), lease, old.place(), scheduleExpiry(lease, lease.ttl())));
    emit(Kind.LEASE_RENEWED, old.vm(), leaseId, "until " + lease.expiresAt());
    return lease;
  }

  /**
   * Does something with a leased VM. If that fails because the lease and with it the VM ended
   * meanwhile, the failure says so.
   */
  public <T> T use(LeaseId leaseId, Function<Vm, T> step) {
    Vm vm = vm(leaseId);
    try {
      return step.apply(vm);
    } catch (VmmException e) {
      vm(leaseId);
      throw e;
    }
  }

  private synchronized Vm vm(LeaseId leaseId) {
    return existing(leaseId).vm().vm();
  }

  /** Ends a lease; the VM is gone when this returns. */
  public VmId release(LeaseId leaseId) {
    Holding holding;
    synchronized (this) {
      holding = existing(leaseId);
      takeOut(holding, Kind.LEASE_RELEASED, "");
    }
    end(holding);
    return holding.lease().vmId();
  }

  /** Ends all leases and opens no more. With {@code keepVms}, the VMs and their records stay. */
  public void close(boolean keepVms) {
    List<Holding> last;
    synchronized (this) {
      closed = true;
      last = all();
      last.forEach(h -> takeOut(h, Kind.LEASE_RELEASED, keepVms ? "VM kept" : "shutdown"));
    }
    last.forEach(keepVms ? holding -> holding.place().close() : this::end);
  }

  /** All leased VMs, oldest first. */
  public synchronized List<Holding> all() {
    return List.copyOf(holdings.values());
  }

  // A renewed lease is another object. It may be equal to the old one, if the clock was set back.
  @SuppressWarnings("ReferenceEquality")
  private void expire(Lease lease) {
    Holding holding;
    synchronized (this) {
      holding = holdings.get(lease.id());
      if (holding == null || holding.lease() != lease) {
        return; // ended or renewed just before
      }
      takeOut(holding, Kind.LEASE_EXPIRED, "after " + lease.ttl().toSeconds() + " s");
    }
    end(holding);
  }

  private void died(LeaseId leaseId, VmExit exit) {
    Holding holding;
    synchronized (this) {
      holding = holdings.get(leaseId);
      if (holding == null) {
        return; // ended by us
      }
      takeOut(holding, Kind.VM_DIED, exit.toString());
    }
    failures.record("VM", holding.lease().vmId().value(), "ended by itself: " + exit);
    end(holding);
  }

  private void takeOut(Holding holding, Kind why, String detail) {
    holdings.remove(holding.lease().id());
    holding.expiry().cancel(false);
    emit(why, holding.vm(), holding.lease().id(), detail);
  }

  private void end(Holding holding) {
    try (Admission.Place place = holding.place()) {
      holding.vm().end();
    } catch (RuntimeException e) {
      failures.record("ending a VM", holding.lease().vmId().value(), e);
    }
  }

  private Holding existing(LeaseId leaseId) {
    Holding holding = holdings.get(leaseId);
    if (expected.contains(leaseId)) {
      throw Refusals.takingOver();
    }
    if (holding == null) {
      throw Refusals.noSuchLease();
    }
    return holding;
  }

  private Lease lease(LeaseId id, VmId vmId, String owner, Duration ttl) {
    Instant expiresAt = clock.now().plus(ttl);
    return new Lease(id, vmId, owner, ttl, expiresAt);
  }

  private static void journal(HostedVm vm, Lease lease) {
    vm.leased(lease.id().value(), lease.owner(), lease.ttl(), lease.expiresAt());
  }

  private Future<?> scheduleExpiry(Lease lease, Duration span) {
    return scheduler.schedule(() -> expire(lease), span.toNanos(), TimeUnit.NANOSECONDS);
  }

  private void emit(Kind kind, HostedVm vm, LeaseId leaseId, String detail) {
    events.emit(kind, vm.id().value(), leaseId.value(), vm.templateKey(), detail);
  }
}
