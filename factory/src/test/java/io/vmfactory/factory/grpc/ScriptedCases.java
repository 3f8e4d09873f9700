package io.vmfactory.factory.grpc;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.factory.app.Attachments;
import io.vmfactory.factory.app.Attachments.DriveRequest;
import io.vmfactory.factory.app.Attachments.GrantedDrive;
import io.vmfactory.factory.app.Attachments.GrowRequest;
import io.vmfactory.factory.app.Attachments.NicRequest;
import io.vmfactory.factory.app.Control;
import io.vmfactory.factory.app.Pauses;
import io.vmfactory.factory.app.PoolDesk;
import io.vmfactory.factory.app.PoolDesk.PoolResize;
import io.vmfactory.factory.app.Status;
import io.vmfactory.factory.app.StoredVm;
import io.vmfactory.factory.app.TemplateDesk;
import io.vmfactory.factory.app.TemplateDesk.Pruned;
import io.vmfactory.factory.app.TemplateDesk.TemplateRequest;
import io.vmfactory.factory.app.Verbs;
import io.vmfactory.factory.app.Vms;
import io.vmfactory.factory.events.Events;
import io.vmfactory.factory.request.DriveId;
import io.vmfactory.factory.request.ForkRequest;
import io.vmfactory.factory.request.GrantedFork;
import io.vmfactory.factory.request.GrantedVm;
import io.vmfactory.factory.request.Lease;
import io.vmfactory.factory.request.LeaseId;
import io.vmfactory.factory.request.Peer;
import io.vmfactory.factory.request.ResumedVm;
import io.vmfactory.factory.request.SnapshotRequest;
import io.vmfactory.factory.request.SuspendRequest;
import io.vmfactory.factory.request.Suspension;
import io.vmfactory.factory.request.TemplateView;
import io.vmfactory.factory.request.VmRequest;
import io.vmfactory.factory.request.VmView;
import io.vmfactory.factory.stock.PoolView;
import io.vmfactory.template.TemplateInfo;
import io.vmfactory.vmm.NicPlace;
import io.vmfactory.vmm.VmId;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.Predicate;

/** Verbs that do what a test says. */
final class ScriptedCases implements Events {
  /** Stands for the deadline of verbs that have none. */
  private static final Deadline LONG = Deadline.after(Duration.ofMinutes(10));

  Verb<VmRequest, GrantedVm> getVm = (q, d) -> Samples.granted();
  Verb<ForkRequest, GrantedFork> forkVm = (q, d) -> Samples.fork(q.count());
  Verb<LeaseId, GrantedVm> pauseVm = (q, d) -> Samples.granted();
  Verb<SuspendRequest, Suspension> suspendVm = (q, d) -> Samples.suspension(q);
  Verb<Renewal, ResumedVm> resumeVm = (q, d) -> new ResumedVm(Samples.granted(), null);
  Verb<Renewal, Lease> renewLease = (q, d) -> Samples.lease();
  Verb<LeaseId, String> releaseVm = (q, d) -> Samples.VM;
  Verb<TemplateRequest, TemplateInfo> createTemplate = (q, d) -> Samples.template();
  Verb<SnapshotRequest, StoredVm> snapshotVm = (q, d) -> Samples.stored(q);
  Verb<String, TemplateView> getTemplate = (q, d) -> Samples.snapshot("a", new byte[] {7});
  Verb<Version, TemplateView> rollBack = (q, d) -> Samples.snapshot("a", new byte[0]);
  Verb<String, List<String>> deleteTemplate = (q, d) -> List.of(q, "older");
  Verb<Version, Pruned> prune =
      (q, d) -> new Pruned(List.of(Samples.snapshot(q.name(), new byte[9])), q.number() << 20);
  Verb<PoolResize, List<PoolView>> resizePool = (q, d) -> List.of();
  Verb<String, List<PoolView>> drainPool = (q, d) -> List.of();
  Verb<GrowRequest, GrantedVm> growVm = (q, d) -> Samples.granted();
  Verb<DriveRequest, GrantedDrive> attachDrive = (q, d) -> Samples.drive(q);
  Verb<DriveRef, Nothing> detachDrive = (q, d) -> Nothing.NOTHING;
  Verb<NicRequest, NicPlace> attachNic =
      (q, d) -> new NicPlace(q.name(), "eth0", "02:00:00:00:00:01");
  Verb<NicRequest, NicPlace> detachNic =
      (q, d) -> new NicPlace(q.name(), "eth0", "02:00:00:00:00:01");
  Verb<Control.Detail, Status> getStatus = (q, d) -> Samples.status();
  Verb<Control.AtEnd, Nothing> shutdown = (q, d) -> Nothing.NOTHING;

  final Set<Consumer<Event>> listeners = ConcurrentHashMap.newKeySet();
  private volatile CompletableFuture<Void> unsubscribed = new CompletableFuture<>();
  final List<VmRequest> seen = new CopyOnWriteArrayList<>();

  /** The work of a verb. */
  interface Verb<Q, R> {
    R run(Q request, Deadline deadline);
  }

  /** The reply of a verb that has none. */
  enum Nothing {
    NOTHING
  }

  /** A request to renew a lease. */
  record Renewal(LeaseId leaseId, Duration ttl) {}

  /** A drive of a leased VM. */
  record DriveRef(LeaseId lease, DriveId drive) {}

  /** A name of a template, and a number. */
  record Version(String name, int number) {}

  Verbs all() {
    return new Verbs(
        new ScriptedVms(),
        new ScriptedPauses(),
        new ScriptedAttachments(),
        new ScriptedTemplates(),
        pools(),
        control());
  }

  private final class ScriptedVms implements Vms {
    @Override
    public GrantedVm get(Peer client, VmRequest request, Deadline deadline) {
      seen.add(request);
      return getVm.run(request, deadline);
    }

    @Override
    public GrantedVm getBase(Peer client, VmRequest request, Deadline deadline) {
      return Samples.granted();
    }

    @Override
    public GrantedFork fork(Peer client, ForkRequest request, Deadline deadline) {
      return forkVm.run(request, deadline);
    }

    @Override
    public Lease renew(Peer client, LeaseId lease, Duration ttl) {
      return renewLease.run(new Renewal(lease, ttl), LONG);
    }

    @Override
    public VmId release(Peer client, LeaseId lease) {
      return new VmId(releaseVm.run(lease, LONG));
    }

    @Override
    public void endUnclaimed(VmId vm) {}
  }

  private final class ScriptedPauses implements Pauses {
    @Override
    public VmView pause(Peer client, LeaseId lease, Deadline deadline) {
      return pauseVm.run(lease, deadline).vm();
    }

    @Override
    public Suspension suspend(Peer client, SuspendRequest request, Deadline deadline) {
      return suspendVm.run(request, deadline);
    }

    @Override
    public ResumedVm resume(Peer client, LeaseId lease, Duration ttl, Deadline deadline) {
      return resumeVm.run(new Renewal(lease, ttl), deadline);
    }
  }

  private final class ScriptedAttachments implements Attachments {
    @Override
    public VmView grow(GrowRequest request, Deadline deadline) {
      return growVm.run(request, deadline).vm();
    }

    @Override
    public GrantedDrive attachDrive(DriveRequest request, Deadline deadline) {
      return attachDrive.run(request, deadline);
    }

    @Override
    public void detachDrive(Peer client, LeaseId lease, DriveId drive, Deadline deadline) {
      detachDrive.run(new DriveRef(lease, drive), deadline);
    }

    @Override
    public NicPlace attachNic(NicRequest request, Deadline deadline) {
      return attachNic.run(request, deadline);
    }

    @Override
    public NicPlace detachNic(NicRequest request, Deadline deadline) {
      return detachNic.run(request, deadline);
    }
  }

  private final class ScriptedTemplates implements TemplateDesk {
    @Override
    public TemplateInfo create(TemplateRequest request, Deadline deadline) {
      return createTemplate.run(request, deadline);
    }

    @Override
    public StoredVm snapshot(Peer client, SnapshotRequest request, Deadline deadline) {
      return snapshotVm.run(request, deadline);
    }

    @Override
    public List<TemplateView> list(Peer client) {
      return List.of(Samples.templateView());
    }

    @Override
    public TemplateView get(Peer client, String template) {
      return getTemplate.run(template, LONG);
    }

    @Override
    public TemplateView rollBack(Peer client, String name, int version) {
      return rollBack.run(new Version(name, version), LONG);
    }

    @Override
    public List<String> delete(Peer client, String template, Deadline deadline) {
      return deleteTemplate.run(template, deadline);
    }

    @Override
    public Pruned prune(Peer client, String name, int keep, Deadline deadline) {
      return prune.run(new Version(name, keep), deadline);
    }
  }

  private PoolDesk pools() {
    return new PoolDesk() {
      @Override
      public List<PoolView> resize(Peer client, PoolResize request) {
        return resizePool.run(request, LONG);
      }

      @Override
      public List<PoolView> drain(Peer client, String templateKey, Deadline deadline) {
        return drainPool.run(templateKey, deadline);
      }
    };
  }

  private Control control() {
    return new Control() {
      @Override
      public Status status(Peer client, Detail detail) {
        return getStatus.run(detail, LONG);
      }

      @Override
      public void shutdown(AtEnd atEnd, Deadline deadline) {
        shutdown.run(atEnd, deadline);
      }

      @Override
      public Events events() {
        return ScriptedCases.this;
      }
    };
  }

  @Override
  public Subscription subscribe(Predicate<Event> wanted, Consumer<Event> listener) {
    Consumer<Event> filtered =
        event -> {
          if (wanted.test(event)) {
            listener.accept(event);
          }
        };
    listeners.add(filtered);
    return () -> {
      listeners.remove(filtered);
      unsubscribed.complete(null);
    };
  }

  /** Completes when the next listener leaves. */
  CompletableFuture<Void> nextUnsubscribe() {
    unsubscribed = new CompletableFuture<>();
    return unsubscribed;
  }

  void emit(int seq, String detail) {
    Event event = new Event(seq, Samples.NOON, Kind.VM_LEASED, null, Samples.VM, "", "", detail);
    listeners.forEach(l -> l.accept(event));
  }
}
