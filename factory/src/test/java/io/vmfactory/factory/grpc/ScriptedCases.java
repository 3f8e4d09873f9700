package io.vmfactory.factory.grpc;

import io.vmfactory.factory.app.Attachments;
import io.vmfactory.factory.app.Attachments.DriveRef;
import io.vmfactory.factory.app.Attachments.DriveRequest;
import io.vmfactory.factory.app.Attachments.GrantedDrive;
import io.vmfactory.factory.app.Attachments.NicRequest;
import io.vmfactory.factory.app.Status;
import io.vmfactory.factory.app.UseCase;
import io.vmfactory.factory.app.UseCases;
import io.vmfactory.factory.app.UseCases.Nothing;
import io.vmfactory.factory.app.UseCases.PoolResize;
import io.vmfactory.factory.app.UseCases.Renewal;
import io.vmfactory.factory.app.UseCases.TemplateRequest;
import io.vmfactory.factory.events.Events;
import io.vmfactory.factory.request.GrantedVm;
import io.vmfactory.factory.request.Lease;
import io.vmfactory.factory.request.VmRequest;
import io.vmfactory.factory.stock.PoolView;
import io.vmfactory.template.TemplateInfo;
import io.vmfactory.vmm.NicPlace;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/** Use cases that do what a test says. */
final class ScriptedCases implements Events {
  UseCase<VmRequest, GrantedVm> getVm = (q, d) -> Samples.granted();
  UseCase<Renewal, Lease> renewLease = (q, d) -> Samples.lease();
  UseCase<String, String> releaseVm = (q, d) -> Samples.VM;
  UseCase<TemplateRequest, TemplateInfo> createTemplate = (q, d) -> Samples.template();
  UseCase<String, String> deleteTemplate = (q, d) -> q;
  UseCase<PoolResize, List<PoolView>> resizePool = (q, d) -> List.of();
  UseCase<String, List<PoolView>> drainPool = (q, d) -> List.of();
  UseCase<DriveRequest, GrantedDrive> attachDrive = (q, d) -> Samples.drive(q);
  UseCase<DriveRef, Nothing> detachDrive = (q, d) -> Nothing.NOTHING;
  UseCase<NicRequest, NicPlace> attachNic =
      (q, d) -> new NicPlace(q.name(), "eth0", "02:00:00:00:00:01");
  UseCase<Boolean, Status> getStatus = (q, d) -> Samples.status();
  UseCase<Boolean, Nothing> shutdown = (q, d) -> Nothing.NOTHING;

  final Set<Consumer<Event>> listeners = ConcurrentHashMap.newKeySet();
  private volatile CompletableFuture<Void> unsubscribed = new CompletableFuture<>();
  final List<VmRequest> seen = new CopyOnWriteArrayList<>();

  UseCases all() {
    return new UseCases(
        (q, d) -> {
          seen.add(q);
          return getVm.run(q, d);
        },
        (q, d) -> Samples.granted(),
        (q, d) -> renewLease.run(q, d),
        (q, d) -> releaseVm.run(q, d),
        (q, d) -> createTemplate.run(q, d),
        (q, d) -> List.of(Samples.template()),
        (q, d) -> deleteTemplate.run(q, d),
        new Attachments(
            (q, d) -> attachDrive.run(q, d),
            (q, d) -> detachDrive.run(q, d),
            (q, d) -> attachNic.run(q, d)),
        new UseCases.Pools((q, d) -> resizePool.run(q, d), (q, d) -> drainPool.run(q, d)),
        (q, d) -> getStatus.run(q, d),
        (q, d) -> shutdown.run(q, d),
        this);
  }

  @Override
  public Subscription subscribe(Consumer<Event> listener) {
    listeners.add(listener);
    return () -> {
      listeners.remove(listener);
      unsubscribed.complete(null);
    };
  }

  /** Completes when the next listener leaves. */
  CompletableFuture<Void> nextUnsubscribe() {
    unsubscribed = new CompletableFuture<>();
    return unsubscribed;
  }

  void emit(int seq, String detail) {
    Event event = new Event(seq, Samples.NOON, Kind.VM_LEASED, Samples.VM, "", "", detail);
    listeners.forEach(l -> l.accept(event));
  }
}
