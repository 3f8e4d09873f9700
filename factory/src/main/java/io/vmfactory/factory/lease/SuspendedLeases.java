package io.vmfactory.factory.lease;

import io.vmfactory.configs.time.WallClock;
import io.vmfactory.factory.events.EventBus;
import io.vmfactory.factory.events.Events.Kind;
import io.vmfactory.factory.events.Failures;
import io.vmfactory.factory.request.Lease;
import io.vmfactory.factory.request.LeaseId;
import io.vmfactory.factory.request.Peer;
import io.vmfactory.factory.request.Refusals;
import io.vmfactory.template.SuspendedVm;
import io.vmfactory.template.Suspensions;
import io.vmfactory.template.TemplateKey;
import io.vmfactory.vmm.VmId;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The leases whose VMs are suspended. Their records are on disk, and change before this does. One
 * call at a time works on a lease; others are refused meanwhile. Thread-safe.
 */
public final class SuspendedLeases {
  private final Map<LeaseId, SuspendedVm> vms = new LinkedHashMap<>();

  /** When each lease ends; a lease that a call works on has none. */
  private final Map<LeaseId, Future<?>> expiries = new HashMap<>();

  private final Suspensions suspensions;
  private final WallClock clock;
  private final ScheduledExecutorService scheduler;
  private final EventBus events;
  private final Failures failures;
  private boolean closed;

  public SuspendedLeases(
      Suspensions suspensions,
      WallClock clock,
      ScheduledExecutorService scheduler,
      EventBus events,
      Failures failures) {
    this.suspensions = suspensions;
    this.clock = clock;
    this.scheduler = scheduler;
    this.events = events;
    this.failures = failures;
  }

  /** Takes over what earlier daemons have suspended, and removes what no lease needs. */
  public void begin() {
    Suspensions.Found found = suspensions.found();
    found
        .unreadable()
        .forEach(why -> failures.record("reading a suspended VM", "", why + "; left alone"));
    suspensions.sweep();
    found.vms().forEach(vm -> settle(vm, left(vm)));
  }

  private Duration left(SuspendedVm vm) {
    return LeaseBook.left(clock.now(), vm.terms().suspended(), vm.terms().expiry());
  }

  private synchronized void settle(SuspendedVm vm, Duration span) {
    LeaseId id = id(vm);
    vms.put(id, vm);
    if (!closed) {
      expiries.put(id, scheduler.schedule(() -> expire(vm), span.toNanos(), TimeUnit.NANOSECONDS));
    }
  }

  private static LeaseId id(SuspendedVm vm) {
    return new LeaseId(vm.lease());
  }

  /** Adds a VM: it is suspended when its record is on disk. If this throws, it is not. */
  public void add(SuspendedVm vm) {
    try {
      suspensions.record(vm);
    } catch (RuntimeException e) {
      forget(vm, e); // the record may be there, and its writing have failed all the same
      throw e;
    }
    settle(vm, vm.terms().suspended());
    emit(Kind.VM_SUSPENDED, vm, "until " + vm.terms().expiresAt());
  }

  private void forget(SuspendedVm vm, Throwable cause) {
    try {
      suspensions.forget(vm);
    } catch (RuntimeException e) {
      cause.addSuppressed(e);
    }
  }

  /** Returns whether the VM of a lease is suspended. */
  synchronized boolean holds(LeaseId id) {
    return vms.containsKey(id);
  }

  /** Returns a client's suspended VM; empty if there is none with that lease. */
  public synchronized Optional<SuspendedVm> find(Peer client, LeaseId id) {
    return Optional.ofNullable(vms.get(id)).filter(vm -> client.mayUse(vm.uid()));
  }

  /** Returns the suspended VMs that a client may use, oldest first. */
  public synchronized List<SuspendedVm> all(Peer client) {
    return vms.values().stream().filter(vm -> client.mayUse(vm.uid())).toList();
  }

  /** Returns how many bytes the suspended VMs of a user take on disk. */
  public synchronized long diskBytes(long uid) {
    return vms.values().stream()
        .filter(vm -> vm.uid() == uid)
        .mapToLong(vm -> vm.stored().diskBytes())
        .sum();
  }

  /** Lets the lease of a suspended VM last {@code ttl} from now; null = as long as before. */
  public Lease renew(Peer client, LeaseId id, @Nullable Duration ttl) {
    try (Claim claim = claim(client, id).orElseThrow(Refusals::noSuchLease)) {
      return claim.renew(ttl);
    }
  }

  /** Deletes a suspended VM. Returns which VM it was. */
  public VmId release(Peer client, LeaseId id) {
    try (Claim claim = claim(client, id).orElseThrow(Refusals::noSuchLease)) {
      claim.delete(Kind.LEASE_RELEASED, "suspended");
      return new VmId(claim.vm().former().vmId());
    }
  }

  private void expire(SuspendedVm vm) {
    claimDue(vm)
        .ifPresent(
            due -> {
              try (due) {
                due.delete(
                    Kind.LEASE_EXPIRED,
                    "suspended, after %d s".formatted(vm.terms().suspended().toSeconds()));
              } catch (RuntimeException e) {
                failures.recordOf(vm.uid(), "deleting a suspended VM", vm.former().vmId(), e);
              }
            });
  }

  // A renewed lease is another object. It may be equal to the old one, if the clock was set back.
  @SuppressWarnings("ReferenceEquality")
  private synchronized Optional<Claim> claimDue(SuspendedVm vm) {
    return vms.get(id(vm)) == vm && expiries.containsKey(id(vm))
        ? Optional.of(claim(vm))
        : Optional.empty();
  }

  /**
   * Claims a client's suspended VM; empty if there is none with that lease.
   *
   * @throws io.vmfactory.factory.request.RequestException if another call works on it
   */
  public synchronized Optional<Claim> claim(Peer client, LeaseId id) {
    Optional<SuspendedVm> found = find(client, id);
    if (found.isPresent() && !expiries.containsKey(id)) {
      throw closed ? Refusals.shuttingDown() : Refusals.inTransit();
    }
    return found.map(this::claim);
  }

  private Claim claim(SuspendedVm vm) {
    Future<?> expiry = expiries.remove(id(vm));
    if (expiry != null) {
      expiry.cancel(false);
    }
    return new Claim(vm);
  }

  /** Claims no more, and lets no lease expire. The VMs stay for the next daemon. */
  public synchronized void close() {
    closed = true;
    expiries.values().forEach(expiry -> expiry.cancel(false));
    expiries.clear();
  }

  private void discard(SuspendedVm vm) {
    try {
      suspensions.discard(new TemplateKey(vm.stored().key()));
    } catch (RuntimeException e) { // the next start removes them
      failures.recordOf(vm.uid(), "removing the files of a suspended VM", vm.former().vmId(), e);
    }
  }

  private void emit(Kind kind, SuspendedVm vm, String detail) {
    events.emit(kind, vm.uid(), vm.former().vmId(), vm.lease(), vm.former().templateKey(), detail);
  }

  /** The right to work on one suspended VM, until it is closed. Confined to one thread. */
  public final class Claim implements AutoCloseable {
    private SuspendedVm vm;
    private Duration span;
    private boolean gone;

    private Claim(SuspendedVm vm) {
      this.vm = vm;
      this.span = left(vm);
    }

    public SuspendedVm vm() {
      return vm;
    }

    private Lease renew(@Nullable Duration ttl) {
      Duration next = ttl == null ? vm.terms().suspended() : ttl;
      SuspendedVm renewed = vm.renewed(next, clock.now().plus(next));
      suspensions.record(renewed);
      vm = renewed;
      span = next;
      emit(Kind.LEASE_RENEWED, vm, "until " + vm.terms().expiresAt());
      return Lease.of(vm);
    }

    private void delete(Kind why, String detail) {
      suspensions.forget(vm);
      gone = true;
      discard(vm);
      emit(why, vm, detail);
    }

    /**
     * The VM is suspended no more: removes its record, and soon its files. If this throws, it still
     * is.
     */
    public void end() {
      suspensions.forget(vm);
      gone = true;
      SuspendedVm was = vm;
      scheduler.execute(() -> discard(was));
    }

    @Override
    public void close() {
      if (gone) {
        synchronized (SuspendedLeases.this) {
          vms.remove(id(vm));
        }
      } else {
        settle(vm, span);
      }
    }
  }
}
