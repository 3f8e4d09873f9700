package io.vmfactory.factory.app;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.configs.time.Laps;
import io.vmfactory.configs.time.WallClock;
import io.vmfactory.factory.journal.VmRecord;
import io.vmfactory.factory.lease.Holding;
import io.vmfactory.factory.lease.LeaseBook;
import io.vmfactory.factory.lease.SuspendedLeases;
import io.vmfactory.factory.observe.Observer.Verb;
import io.vmfactory.factory.request.Lease;
import io.vmfactory.factory.request.Peer;
import io.vmfactory.factory.request.Refusals;
import io.vmfactory.factory.request.SuspendRequest;
import io.vmfactory.factory.request.Suspension;
import io.vmfactory.factory.routes.Rules;
import io.vmfactory.factory.templates.KnownTemplates;
import io.vmfactory.factory.templates.TemplateNames;
import io.vmfactory.factory.templates.TemplateShares;
import io.vmfactory.factory.vm.HostedVm;
import io.vmfactory.template.SnapshotNote;
import io.vmfactory.template.SnapshotNote.Owner;
import io.vmfactory.template.SuspendedVm;
import io.vmfactory.template.Suspensions;
import io.vmfactory.template.TemplateInfo;
import io.vmfactory.vmm.Vm;
import io.vmfactory.vmm.VmSnapshot;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Stores a leased VM on disk and ends its process. The VM stands still from the snapshot on. It is
 * suspended when its record is on disk; until then, a failure lets it go on.
 */
final class SuspendVm {
  private final Rules rules;
  private final LeaseBook leases;
  private final Store store;
  private final Storing storing;

  /**
   * Where suspended VMs go.
   *
   * @param templates count for the disk space of a user, together with the suspended VMs
   * @param overlays where copy-on-write files are made
   */
  record Store(
      Suspensions suspensions,
      SuspendedLeases suspended,
      KnownTemplates templates,
      TemplateShares shares,
      Path overlays,
      WallClock clock) {}

  SuspendVm(Rules rules, LeaseBook leases, Store store, Storing storing) {
    this.rules = rules;
    this.leases = leases;
    this.store = store;
    this.storing = storing;
  }

  /** Suspends a VM. Has no effect on one that is suspended. */
  Suspension run(Peer client, SuspendRequest request, Deadline deadline) {
    return storing.observed(
        Verb.SUSPEND_VM, "SUSPENDED", Suspension::hops, () -> suspended(client, request, deadline));
  }

  private Suspension suspended(Peer client, SuspendRequest request, Deadline deadline) {
    rules.note(request.labels(), request.description());
    Duration ttl = rules.suspendedTtl(request.ttl());
    Optional<SuspendedVm> before = store.suspended().find(client, request.lease());
    if (before.isPresent()) {
      return new Suspension(before.get(), 0, List.of());
    }
    HostedVm source = leases.hosted(client, request.lease());
    Plan plan = new Plan(client, request, ttl, leases.lease(client, request.lease()).uid());
    return source.exclusively(
        "another pause or resume",
        deadline,
        () -> storing.inTurn(source, deadline, () -> ended(source, plan, deadline)));
  }

  /**
   * A request that has been checked.
   *
   * @param ttl how long the VM may stay suspended
   * @param uid the user that the lease belongs to
   */
  private record Plan(Peer client, SuspendRequest request, Duration ttl, long uid) {
    /** Returns whose disk space it takes. */
    Owner owner() {
      return client.user().uid() == uid ? TemplateNames.owner(client) : new Owner(uid, false);
    }

    SnapshotNote note(String templateKey) {
      TreeMap<String, String> binding =
          new TreeMap<>(Map.of(Suspensions.LEASE, request.lease().value()));
      return new SnapshotNote(templateKey, new Owner(uid, false), binding, "");
    }
  }

  /** A VM whose record is on disk, and its process. */
  private record Done(Suspension suspension, Holding holding) {}

  private Suspension ended(HostedVm source, Plan plan, Deadline deadline) {
    Done done =
        leases.use(
            plan.client(),
            plan.request().lease(),
            vm -> Standstill.during(vm, deadline, () -> taken(vm, source, plan, deadline)));
    leases.left(done.holding());
    return done.suspension();
  }

  private Done taken(Vm vm, HostedVm source, Plan plan, Deadline deadline) {
    Laps laps = new Laps();
    long most = store.shares().left(plan.owner(), store.templates().known());
    try (VmSnapshot taken = vm.snapshot(store.overlays(), laps, deadline)) {
      SnapshotNote note = plan.note(source.templateKey());
      TemplateInfo stored = store.suspensions().store(taken, note, most, laps, deadline);
      try {
        deadline.check("the VM to be suspended");
        Holding holding = leases.depart(plan.client(), plan.request().lease());
        SuspendedVm now = recorded(holding, stored, plan);
        laps.lap("record");
        return new Done(new Suspension(now, taken.writtenBytes(), laps.all()), holding);
      } catch (RuntimeException | Error e) {
        discard(stored, e);
        throw e;
      }
    }
  }

  private SuspendedVm recorded(Holding holding, TemplateInfo stored, Plan plan) {
    try {
      SuspendedVm vm = suspendedVm(holding, stored, plan);
      if (!store
          .shares()
          .hasRoom(plan.owner(), store.templates().known(), vm.stored().diskBytes())) {
        throw Refusals.exhausted("another call of the same user took the disk space meanwhile");
      }
      store.suspended().add(vm);
      return vm;
    } catch (RuntimeException | Error e) {
      leases.back(holding);
      throw e;
    }
  }

  private SuspendedVm suspendedVm(Holding holding, TemplateInfo stored, Plan plan) {
    Lease lease = holding.lease();
    VmRecord record = holding.vm().record();
    SuspendRequest request = plan.request();
    Instant now = store.clock().now();
    return new SuspendedVm(
        lease.id().value(),
        lease.uid(),
        lease.owner(),
        new SuspendedVm.Terms(
            lease.ttl().toMillis(), plan.ttl().toMillis(), now.plus(plan.ttl()).toString()),
        new SuspendedVm.Former(
            record.id(),
            record.templateKey(),
            record.hostname(),
            record.vcpus(),
            record.memoryMib()),
        SuspendedVm.Inside.of(request.labels(), request.description()),
        new SuspendedVm.Stored(
            stored.key().hex(), TemplateShares.diskBytes(stored), now.toString()));
  }

  private void discard(TemplateInfo stored, Throwable cause) {
    try {
      store.suspensions().discard(stored.key());
    } catch (RuntimeException e) {
      cause.addSuppressed(e);
    }
  }
}
