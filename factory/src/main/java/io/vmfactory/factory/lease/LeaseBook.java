package io.vmfactory.factory.lease;

import io.vmfactory.configs.time.WallClock;
import io.vmfactory.factory.events.EventBus;
import io.vmfactory.factory.events.Events.Kind;
import io.vmfactory.factory.events.Failures;
import io.vmfactory.factory.journal.Journal;
import io.vmfactory.factory.journal.VmRecord;
import io.vmfactory.factory.journal.VmRecord.LeaseEntry;
import io.vmfactory.factory.request.Lease;
import io.vmfactory.factory.request.LeaseId;
import io.vmfactory.factory.request.Order;
import io.vmfactory.factory.request.Refusals;
import io.vmfactory.factory.request.VmView;
import io.vmfactory.factory.routes.Admission;
import io.vmfactory.factory.routes.MadeVm;
import io.vmfactory.factory.vm.VmUndo;
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
 * All leases. A lease ends once: by release, by expiry, by its VM's own end or by shutdown. Which
 * of them comes first is decided by this object's lock; the winner takes the holding out and, with
 * the lock free again, ends the VM.
 *
 * <p>Spans are the scheduler's, hence monotonic; the wall clock is only shown and journalled.
 */
public final class LeaseBook {
  /**
   * What a lease of an earlier daemon has left at least, however long no daemon was there: its
   * owner could not renew it then.
   */
  public static final Duration GRACE = Duration.ofSeconds(10);

  private final Map<LeaseId, Holding> holdings = new LinkedHashMap<>();
  private final Set<LeaseId> expected = new HashSet<>();
  private final Journal journal;
  private final WallClock clock;
  private final ScheduledExecutorService scheduler;
  private final EventBus events;
  private final Failures failures;
  private boolean closed;

  public LeaseBook(
      Journal journal,
      WallClock clock,
      ScheduledExecutorService scheduler,
      EventBus events,
      Failures failures) {
    this.journal = journal;
    this.clock = clock;
    this.scheduler = scheduler;
    this.events = events;
    this.failures = failures;
  }

  /**
   * A lease that is in the journal, and nobody's yet.
   *
   * @param view the VM as its customer will see it
   * @param record what the journal says of the VM, but for the lease
   */
  public record Draft(Vm vm, VmView view, Lease lease, VmRecord record) {}

  /**
   * Writes a lease into the journal. The VM stays the caller's, who is to {@link #open} the lease,
   * to write another or to end the VM. Should the daemon die before, the next one has a lease that
   * nobody knows of, which runs out.
   */
  public Draft draft(MadeVm made, VmView view, Order order) {
    Lease lease = lease(new LeaseId(Randoms.hex()), made.id(), order.owner(), order.ttl());
    VmRecord record =
        made.record()
            .handedOut(view.route().name(), view.hostname(), view.sizing(), view.createdAt());
    journal.write(view.folder(), leased(record, lease));
    return new Draft(made.vm(), view, lease, record);
  }

  /**
   * Opens a lease; from its return on the VM and {@code place} are this book's. When it throws,
   * they are still the caller's.
   */
  public Lease open(Draft draft, Admission.Place place) {
    Lease lease = draft.lease();
    VmView view = draft.view();
    synchronized (this) {
      if (closed) {
        throw Refusals.shuttingDown();
      }
      Future<?> expiry = scheduleExpiry(lease, lease.ttl());
      holdings.put(lease.id(), new Holding(draft.vm(), view, lease, draft.record(), place, expiry));
      emit(Kind.VM_LEASED, view, lease.id(), "route " + view.route());
    }
    watch(draft.vm(), lease);
    return lease;
  }

  private void watch(Vm vm, Lease lease) {
    vm.signals().exited().thenAcceptAsync(exit -> died(lease.id(), exit), scheduler);
  }

  /**
   * A lease of an earlier daemon whose VM is not taken over yet: it can wait, but is not unknown.
   */
  public synchronized void expect(LeaseEntry lease) {
    expected.add(new LeaseId(lease.id()));
  }

  /**
   * Takes over an expected lease with its VM and {@code place}. It lasts what the journal says is
   * left of it, by the wall clock, but at least {@link #GRACE} and at most its whole term.
   */
  public void adopt(Vm vm, VmView view, VmRecord record, LeaseEntry was, Admission.Place place) {
    Duration left = left(was);
    LeaseId id = new LeaseId(was.id());
    Lease lease = new Lease(id, record.vmId(), was.owner(), was.ttl(), clock.now().plus(left));
    synchronized (this) {
      expected.remove(id);
      holdings.put(id, new Holding(vm, view, lease, record, place, scheduleExpiry(lease, left)));
    }
    watch(vm, lease);
  }

  private Duration left(LeaseEntry was) {
    Duration left = Duration.between(clock.now(), was.expiry());
    Duration most = longer(was.ttl(), GRACE); // a clock that was set back meanwhile
    return longer(left.compareTo(most) < 0 ? left : most, GRACE);
  }

  private static Duration longer(Duration one, Duration other) {
    return one.compareTo(other) < 0 ? other : one;
  }

  /** The VM of a lease of an earlier daemon is gone. */
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
    journal.write(old.view().folder(), leased(old.record(), lease));
    old.expiry().cancel(false);
    holdings.put(
        leaseId,
        new Holding(
            old.vm(),
            old.view(),
            lease,
            old.record(),
            old.place(),
            scheduleExpiry(lease, lease.ttl())));
    emit(Kind.LEASE_RENEWED, old.view(), leaseId, "until " + lease.expiresAt());
    return lease;
  }

  /**
   * Does something with a leased VM. Its lease may end meanwhile, and the VM with it: what fails
   * for that is told as such.
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
    return existing(leaseId).vm();
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
    emit(why, holding.view(), holding.lease().id(), detail);
  }

  private void end(Holding holding) {
    try (Admission.Place place = holding.place()) {
      VmUndo.kill(holding.vm());
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

  private static VmRecord leased(VmRecord record, Lease lease) {
    return record.leased(lease.id().value(), lease.owner(), lease.ttl(), lease.expiresAt());
  }

  private Future<?> scheduleExpiry(Lease lease, Duration span) {
    return scheduler.schedule(() -> expire(lease), span.toNanos(), TimeUnit.NANOSECONDS);
  }

  private void emit(Kind kind, VmView view, LeaseId leaseId, String detail) {
    events.emit(kind, view.identity().id().value(), leaseId.value(), view.templateKey(), detail);
  }
}
