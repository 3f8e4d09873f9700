package io.vmfactory.factory.lease;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.configs.time.WallClock;
import io.vmfactory.factory.events.EventBus;
import io.vmfactory.factory.events.Events.Kind;
import io.vmfactory.factory.events.Failures;
import io.vmfactory.factory.journal.VmRecord;
import io.vmfactory.factory.journal.VmRecord.LeaseEntry;
import io.vmfactory.factory.request.Lease;
import io.vmfactory.factory.request.LeaseId;
import io.vmfactory.factory.request.Order;
import io.vmfactory.factory.request.Peer;
import io.vmfactory.factory.request.Refusals;
import io.vmfactory.factory.request.RequestException;
import io.vmfactory.factory.routes.Admission;
import io.vmfactory.factory.vm.HostedVm;
import io.vmfactory.template.SuspendedVm;
import io.vmfactory.vmm.Sizing;
import io.vmfactory.vmm.Vm;
import io.vmfactory.vmm.VmExit;
import io.vmfactory.vmm.VmId;
import io.vmfactory.vmm.VmPhase;
import io.vmfactory.vmm.VmmException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
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

  /** QEMU has just answered, so it resumes in milliseconds. */
  private static final Duration RESUMING = Duration.ofSeconds(2);

  private final Map<LeaseId, Holding> holdings = new LinkedHashMap<>();

  /** The leases whose VMs are still to be taken over, with their users. */
  private final Map<LeaseId, Long> expected = new HashMap<>();

  /** The leases whose VMs are about to be suspended, with their users. */
  private final Map<LeaseId, Long> leaving = new HashMap<>();

  private final SuspendedLeases suspended;

  private final WallClock clock;
  private final ScheduledExecutorService scheduler;
  private final EventBus events;
  private final Failures failures;
  private boolean closed;
  private boolean keepsVms;

  /**
   * @param suspended the leases whose VMs are suspended
   */
  public LeaseBook(
      SuspendedLeases suspended,
      WallClock clock,
      ScheduledExecutorService scheduler,
      EventBus events,
      Failures failures) {
    this.suspended = suspended;
    this.clock = clock;
    this.scheduler = scheduler;
    this.events = events;
    this.failures = failures;
  }

  /**
   * Writes a lease into the journal, and opens the VM to its user. The VM stays the caller's, who
   * then opens the lease or ends the VM. If the daemon dies in between, the next one has a lease
   * that no client knows, which expires.
   *
   * @param vm as its customer will have it
   */
  public Lease draft(HostedVm vm, Order order) {
    Lease lease =
        new Lease(
            new LeaseId(Randoms.hex()),
            vm.id(),
            order.client().user().uid(),
            order.owner(),
            order.ttl(),
            clock.now().plus(order.ttl()));
    journal(vm, lease);
    if (!order.client().isTrusted()) {
      vm.openTo(lease.uid());
    }
    return lease;
  }

  /**
   * Does the same as {@link #draft} for a VM that was suspended, under its former lease.
   *
   * @param ttl duration of the lease from now on
   */
  public Lease draft(HostedVm vm, SuspendedVm was, Duration ttl) {
    Lease lease =
        new Lease(
            new LeaseId(was.lease()), vm.id(), was.uid(), was.owner(), ttl, clock.now().plus(ttl));
    journal(vm, lease);
    if (lease.uid() != 0 && lease.uid() != Peer.daemon().user().uid()) {
      vm.openTo(lease.uid());
    }
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
      emit(Kind.VM_LEASED, vm, lease, "route " + vm.record().route());
    }
    watch(vm.vm(), lease);
  }

  private void watch(Vm vm, Lease lease) {
    vm.signals().exited().thenAcceptAsync(exit -> died(lease, exit), scheduler);
  }

  /**
   * Takes a client's lease out because its VM is about to be suspended. The lease neither expires
   * nor can be used until it is given {@link #back} or has {@link #left}.
   */
  public synchronized Holding depart(Peer client, LeaseId leaseId) {
    Holding holding = existing(client, leaseId);
    holdings.remove(leaseId);
    holding.expiry().cancel(false);
    leaving.put(leaseId, holding.lease().uid());
    return holding;
  }

  /** Takes a lease back whose VM could not be suspended. It lasts as if it was renewed now. */
  public void back(Holding holding) {
    Lease lease = holding.lease();
    synchronized (this) {
      leaving.remove(lease.id());
      if (!closed) {
        Future<?> expiry = scheduleExpiry(lease, lease.ttl());
        holdings.put(lease.id(), new Holding(holding.vm(), lease, holding.place(), expiry));
      }
    }
    if (!closed) {
      watch(holding.vm().vm(), lease); // it may have died meanwhile
    } else {
      giveUp(holding);
    }
  }

  /** Ends the VM of a lease that is suspended now. */
  public void left(Holding holding) {
    synchronized (this) {
      leaving.remove(holding.lease().id());
    }
    end(holding);
  }

  /** Returns whether the VM of a lease of an earlier daemon is suspended. */
  public boolean isSuspended(LeaseEntry lease) {
    return suspended.holds(new LeaseId(lease.id()));
  }

  /** Announces a lease of an earlier daemon whose VM is still to be taken over. */
  public synchronized void expect(LeaseEntry lease) {
    expected.put(new LeaseId(lease.id()), owner(lease));
  }

  /**
   * Returns the user that a lease belongs to. An older daemon wrote none: the lease is its own
   * user's.
   */
  public static long owner(LeaseEntry lease) {
    Long uid = lease.uid();
    return uid == null ? Peer.daemon().user().uid() : uid;
  }

  /**
   * Takes over an expected lease with its VM, which may be UNAVAILABLE, and {@code place}. It lasts
   * for the time that is left of it by journal and wall clock, but at least {@link #GRACE} and at
   * most its whole term.
   */
  public void adopt(HostedVm vm, LeaseEntry was, Admission.Place place) {
    Duration left = left(was);
    LeaseId id = new LeaseId(was.id());
    Lease lease =
        new Lease(id, vm.id(), owner(was), was.owner(), was.ttl(), clock.now().plus(left));
    synchronized (this) {
      expected.remove(id);
      holdings.put(id, new Holding(vm, lease, place, scheduleExpiry(lease, left)));
    }
    watch(vm.vm(), lease);
    vm.vm().signals().available().thenAcceptAsync(phase -> available(vm, lease, phase), scheduler);
  }

  private void available(HostedVm vm, Lease lease, VmPhase phase) {
    if (phase == VmPhase.PAUSED && !vm.isPaused()) {
      // The earlier daemon was killed while it took a snapshot, or woke the VM.
      vm.vm().cont(Deadline.after(RESUMING));
    } else if (phase == VmPhase.RUNNING && vm.isPaused()) {
      // The earlier daemon was killed while it paused the VM for its customer.
      vm.vm().stop(Deadline.after(RESUMING));
    }
    emit(Kind.VM_ADOPTED, vm, lease, "LEASED, " + vm.vm().phase());
  }

  private Duration left(LeaseEntry was) {
    return left(clock.now(), was.ttl(), was.expiry());
  }

  /** Returns what is left of a lease of an earlier daemon by the wall clock, within its bounds. */
  static Duration left(Instant now, Duration ttl, Instant expiry) {
    Duration left = Duration.between(now, expiry);
    Duration most = longer(ttl, GRACE); // a clock that was set back meanwhile
    return longer(left.compareTo(most) < 0 ? left : most, GRACE);
  }

  private static Duration longer(Duration one, Duration other) {
    return one.compareTo(other) < 0 ? other : one;
  }

  /** Records that the VM of a lease of an earlier daemon is gone. */
  public void lost(VmRecord record, String why) {
    LeaseEntry was = Objects.requireNonNull(record.lease());
    synchronized (this) {
      expected.remove(new LeaseId(was.id()));
      events.emit(Kind.VM_DIED, owner(was), record.id(), was.id(), record.templateKey(), why);
    }
    failures.recordOf(owner(was), "VM", record.id(), why);
  }

  /** Lets a client's lease last {@code ttl} from now; null = as long as before. */
  public synchronized Lease renew(Peer client, LeaseId leaseId, @Nullable Duration ttl) {
    Holding old = existing(client, leaseId);
    Lease was = old.lease();
    Duration span = ttl == null ? was.ttl() : ttl;
    Lease lease =
        new Lease(leaseId, was.vmId(), was.uid(), was.owner(), span, clock.now().plus(span));
    journal(old.vm(), lease);
    old.expiry().cancel(false);
    holdings.put(
        leaseId, new Holding(old.vm(), lease, old.place(), scheduleExpiry(lease, lease.ttl())));
    emit(Kind.LEASE_RENEWED, old.vm(), lease, "until " + lease.expiresAt());
    return lease;
  }

  /**
   * Does something with a leased VM of a client. If that fails because the lease and with it the VM
   * ended meanwhile, the failure says so.
   */
  public <T> T use(Peer client, LeaseId leaseId, Function<Vm, T> step) {
    Vm vm = vm(client, leaseId);
    try {
      return step.apply(vm);
    } catch (VmmException e) {
      vm(client, leaseId);
      throw e.reason() == VmmException.Reason.ILLEGAL_PHASE && vm.phase() == VmPhase.PAUSED
          ? Refusals.paused()
          : e;
    }
  }

  /**
   * Writes into the journal that a client's VM is about to be paused, or to run again. A daemon
   * that takes the lease over makes it so.
   */
  public synchronized Lease markPaused(Peer client, LeaseId leaseId, boolean paused) {
    Holding holding = existing(client, leaseId);
    holding.vm().leased(entry(holding.lease()).paused(paused));
    return holding.lease();
  }

  /**
   * Lets a client's VM grow to that memory, which it does not have yet.
   *
   * @throws RequestException with reason {@code EXHAUSTED} if its user has as much as one user may
   *     have
   */
  public synchronized void allow(Peer client, LeaseId leaseId, int memoryMib) {
    existing(client, leaseId).place().grow(client, memoryMib);
  }

  /** Writes into the journal what a client's VM has now. */
  public synchronized void grown(Peer client, LeaseId leaseId, Sizing sizing) {
    Holding holding = existing(client, leaseId);
    holding.vm().grown(sizing);
    holding.place().holds(sizing.memoryMib());
  }

  /** Reports that a client's VM was paused, or runs again. */
  public void announce(HostedVm vm, Lease lease, boolean paused) {
    emit(paused ? Kind.VM_PAUSED : Kind.VM_RESUMED, vm, lease, "");
  }

  /** Returns a client's lease. */
  public synchronized Lease lease(Peer client, LeaseId leaseId) {
    return existing(client, leaseId).lease();
  }

  /** Does the same as {@link #use}, for a step without a result. */
  public void run(Peer client, LeaseId leaseId, Consumer<Vm> step) {
    use(
        client,
        leaseId,
        vm -> {
          step.accept(vm);
          return vm;
        });
  }

  /** Returns a client's leased VM. It stays this book's, which may end it at any time. */
  public synchronized HostedVm hosted(Peer client, LeaseId leaseId) {
    return existing(client, leaseId).vm();
  }

  private synchronized Vm vm(Peer client, LeaseId leaseId) {
    return existing(client, leaseId).vm().vm();
  }

  /** Ends a client's lease; the VM is gone when this returns. */
  public VmId release(Peer client, LeaseId leaseId) {
    Holding holding;
    synchronized (this) {
      holding = existing(client, leaseId);
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
      keepsVms = keepVms;
      last = List.copyOf(holdings.values());
      last.forEach(h -> takeOut(h, Kind.LEASE_RELEASED, keepVms ? "VM kept" : "shutdown"));
    }
    last.forEach(this::giveUp);
  }

  /** Ends the VM, or leaves it to the next daemon. */
  private void giveUp(Holding holding) {
    if (keepsVms) {
      holding.place().close();
    } else {
      end(holding);
    }
  }

  /** Returns the leased VMs that a client may use, oldest first. */
  public synchronized List<Holding> all(Peer client) {
    return holdings.values().stream().filter(h -> client.mayUse(h.lease().uid())).toList();
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

  private void died(Lease of, VmExit exit) {
    Holding holding;
    synchronized (this) {
      holding = holdings.get(of.id());
      if (holding == null || !holding.vm().id().equals(of.vmId())) {
        return; // ended by us; the lease may have another VM by now, made again after a suspension
      }
      takeOut(holding, Kind.VM_DIED, exit.toString());
    }
    Lease lease = holding.lease();
    failures.recordOf(lease.uid(), "VM", lease.vmId().value(), "ended by itself: " + exit);
    end(holding);
  }

  private void takeOut(Holding holding, Kind why, String detail) {
    holdings.remove(holding.lease().id());
    holding.expiry().cancel(false);
    emit(why, holding.vm(), holding.lease(), detail);
  }

  private void end(Holding holding) {
    try (Admission.Place place = holding.place()) {
      holding.vm().end();
    } catch (RuntimeException e) {
      Lease lease = holding.lease();
      failures.recordOf(lease.uid(), "ending a VM", lease.vmId().value(), e);
    }
  }

  /** A lease of another user is refused like one that does not exist. */
  private Holding existing(Peer client, LeaseId leaseId) {
    Long announced = expected.get(leaseId);
    if (announced != null && client.mayUse(announced)) {
      throw Refusals.takingOver();
    }
    Long leaves = leaving.get(leaseId);
    if (leaves != null && client.mayUse(leaves)) {
      throw Refusals.inTransit();
    }
    Holding holding = holdings.get(leaseId);
    if (holding == null && suspended.find(client, leaseId).isPresent()) {
      throw Refusals.suspended();
    }
    if (holding == null || !client.mayUse(holding.lease().uid())) {
      throw Refusals.noSuchLease();
    }
    return holding;
  }

  private static void journal(HostedVm vm, Lease lease) {
    vm.leased(entry(lease).paused(vm.isPaused()));
  }

  private static LeaseEntry entry(Lease lease) {
    return LeaseEntry.of(
        lease.id().value(), lease.uid(), lease.owner(), lease.ttl(), lease.expiresAt());
  }

  private Future<?> scheduleExpiry(Lease lease, Duration span) {
    return scheduler.schedule(() -> expire(lease), span.toNanos(), TimeUnit.NANOSECONDS);
  }

  private void emit(Kind kind, HostedVm vm, Lease lease, String detail) {
    String leaseId = lease.id().value();
    events.emit(kind, lease.uid(), vm.id().value(), leaseId, vm.templateKey(), detail);
  }
}
