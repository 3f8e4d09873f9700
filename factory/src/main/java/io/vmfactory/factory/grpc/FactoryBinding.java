package io.vmfactory.factory.grpc;

import com.google.protobuf.Message;
import io.vertx.core.Handler;
import io.vertx.grpc.common.ServiceMethod;
import io.vertx.grpc.server.GrpcServerRequest;
import io.vertx.grpc.server.Service;
import io.vertx.grpc.server.ServiceBuilder;
import io.vertx.grpc.transcoding.TranscodingServiceMethod;
import io.vmfactory.api.v1.AttachDriveRequest;
import io.vmfactory.api.v1.AttachDriveResponse;
import io.vmfactory.api.v1.CreateTemplateProgress;
import io.vmfactory.api.v1.CreateTemplateRequest;
import io.vmfactory.api.v1.DeleteTemplateResponse;
import io.vmfactory.api.v1.DetachDriveResponse;
import io.vmfactory.api.v1.DrainPoolResponse;
import io.vmfactory.api.v1.Event;
import io.vmfactory.api.v1.FactoryGrpcService;
import io.vmfactory.api.v1.GetConfigResponse;
import io.vmfactory.api.v1.GetStatusRequest;
import io.vmfactory.api.v1.GetTemplateResponse;
import io.vmfactory.api.v1.Lease;
import io.vmfactory.api.v1.ListTemplatesResponse;
import io.vmfactory.api.v1.PruneTemplatesResponse;
import io.vmfactory.api.v1.ReleaseVmResponse;
import io.vmfactory.api.v1.RenewLeaseResponse;
import io.vmfactory.api.v1.ResizePoolResponse;
import io.vmfactory.api.v1.RollbackTemplateResponse;
import io.vmfactory.api.v1.ShutdownResponse;
import io.vmfactory.api.v1.Vm;
import io.vmfactory.api.v1.WatchEventsRequest;
import io.vmfactory.configs.time.Deadline;
import io.vmfactory.factory.app.Control.AtEnd;
import io.vmfactory.factory.app.Control.Detail;
import io.vmfactory.factory.app.Verbs;
import io.vmfactory.factory.calls.Call;
import io.vmfactory.factory.calls.CallWork;
import io.vmfactory.factory.calls.Calls;
import io.vmfactory.factory.calls.Wire;
import io.vmfactory.factory.http.ReadableJson;
import io.vmfactory.factory.request.DriveId;
import io.vmfactory.factory.request.LeaseId;
import io.vmfactory.factory.request.Peer;
import io.vmfactory.factory.request.TemplateView;
import io.vmfactory.template.TemplateInfo;
import io.vmfactory.vmm.VmId;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Connects each method of vmfactory.v1.Factory with the verb that it stands for. */
final class FactoryBinding {
  private static final Logger log = LoggerFactory.getLogger(FactoryBinding.class);

  private final Verbs verbs;
  private final Calls calls;
  private final ServiceBuilder builder =
      Service.service(FactoryGrpcService.SERVICE_NAME, FactoryGrpcService.SERVICE_DESCRIPTOR);

  private FactoryBinding(Verbs verbs, Calls calls) {
    this.verbs = verbs;
    this.calls = calls;
  }

  /** Returns the service. */
  static Service of(Verbs verbs, Calls calls, DaemonFacts facts) {
    FactoryBinding binding = new FactoryBinding(verbs, calls);
    binding.bindDaemon(facts);
    binding.bindTemplates();
    binding.bindVms();
    binding.bindGrowth();
    binding.bindDrives();
    binding.bindNics();
    binding.bindPools(facts);
    return binding.builder.build();
  }

  private void bindDaemon(DaemonFacts facts) {
    GetConfigResponse config =
        GetConfigResponse.newBuilder()
            .setToml(facts.configToml())
            .setPath(facts.configPath())
            .build();
    unary(FactoryGrpcService.GetConfig, (client, q, deadline, progress) -> config);
    unary(
        FactoryGrpcService.GetStatus,
        (client, q, deadline, progress) ->
            StatusProtos.status(verbs.control().status(client, detail(q)), facts));
    administration(
        FactoryGrpcService.Shutdown,
        (client, q, deadline, progress) -> {
          verbs.control().shutdown(q.getKeepVms() ? AtEnd.KEEP_VMS : AtEnd.END_VMS, deadline);
          return ShutdownResponse.getDefaultInstance();
        });
    builder.bind(FactoryGrpcService.WatchEvents, this::watch);
  }

  private static Detail detail(GetStatusRequest q) {
    return q.getWithMemory() ? Detail.WITH_MEMORY : Detail.PLAIN;
  }

  private void bindTemplates() {
    unary(
        FactoryGrpcService.ListTemplates,
        (client, q, deadline, progress) -> {
          List<TemplateView> all = verbs.templates().list(client);
          List<String> defaults = defaultKeys();
          return ListTemplatesResponse.newBuilder()
              .addAllTemplates(all.stream().map(t -> TemplateProtos.template(t, defaults)).toList())
              .build();
        });
    unary(
        FactoryGrpcService.GetTemplate,
        (client, q, deadline, progress) -> {
          TemplateView found = verbs.templates().get(client, q.getTemplate());
          return GetTemplateResponse.newBuilder()
              .setTemplate(TemplateProtos.whole(found, defaultKeys()))
              .build();
        });
    unary(
        FactoryGrpcService.DeleteTemplate,
        (client, q, deadline, progress) -> {
          List<String> keys = verbs.templates().delete(client, q.getKey(), deadline);
          return DeleteTemplateResponse.newBuilder().setKey(keys.get(0)).addAllKeys(keys).build();
        });
    bindVersions();
    builder.bind(
        FactoryGrpcService.CreateTemplate,
        calls.serve(
            new Call.Plan<>(
                "CreateTemplate",
                Call.Kind.BUILD,
                administered("CreateTemplate", this::createTemplate),
                (client, template) -> {})));
  }

  private void bindVersions() {
    unary(
        FactoryGrpcService.RollbackTemplate,
        (client, q, deadline, progress) -> {
          int version = Wire.unsigned(q.getVersion());
          return RollbackTemplateResponse.newBuilder()
              .setTemplate(
                  TemplateProtos.whole(verbs.templates().rollBack(client, q.getName(), version)))
              .build();
        });
    unary(
        FactoryGrpcService.PruneTemplates,
        (client, q, deadline, progress) -> {
          int keep = Wire.unsigned(q.getKeep());
          var pruned = verbs.templates().prune(client, q.getName(), keep, deadline);
          return PruneTemplatesResponse.newBuilder()
              .addAllRemoved(
                  pruned.removed().stream()
                      .map(t -> TemplateProtos.template(t, List.of()))
                      .toList())
              .setFreedKib(Wire.kib(pruned.freedBytes()))
              .build();
        });
    bind(
        FactoryGrpcService.SnapshotVm,
        Call.Kind.VM,
        (client, q, deadline, progress) ->
            TemplateProtos.stored(
                verbs.templates().snapshot(client, TemplateProtos.request(q), deadline)),
        (client, reply) -> {}); // the template stays: it has a name, by which its user finds it
  }

  private void bindVms() {
    bind(
        FactoryGrpcService.GetVm,
        Call.Kind.VM,
        (client, q, deadline, progress) ->
            VmProtos.granted(verbs.vms().get(client, VmProtos.request(q), deadline)),
        (client, reply) -> takeBack(client, reply.getVm(), reply.getLease()));
    bind(
        FactoryGrpcService.GetBaseVm,
        Call.Kind.VM,
        (client, q, deadline, progress) ->
            VmProtos.givenAway(verbs.vms().getBase(client, VmProtos.request(q), deadline)),
        (client, given) -> endUnclaimed(given.getVm().getId()));
    bind(
        FactoryGrpcService.ForkVm,
        Call.Kind.VM,
        (client, q, deadline, progress) ->
            ForkProtos.granted(verbs.vms().fork(client, ForkProtos.request(q), deadline)),
        (client, reply) ->
            reply.getForksList().forEach(fork -> takeBack(client, fork.getVm(), fork.getLease())));
    bindPauses();
    unary(
        FactoryGrpcService.RenewLease,
        (client, q, deadline, progress) ->
            RenewLeaseResponse.newBuilder()
                .setLease(
                    VmProtos.lease(
                        verbs.vms().renew(client, new LeaseId(q.getLeaseId()), VmProtos.ttl(q))))
                .build());
    unary(
        FactoryGrpcService.ReleaseVm,
        (client, q, deadline, progress) ->
            ReleaseVmResponse.newBuilder()
                .setVmId(verbs.vms().release(client, new LeaseId(q.getLeaseId())).value())
                .build());
  }

  /** Binds PauseVm, SuspendVm and ResumeVm. What they did stays if the client has left. */
  private void bindPauses() {
    bind(
        FactoryGrpcService.PauseVm,
        Call.Kind.VM,
        (client, q, deadline, progress) ->
            VmProtos.paused(verbs.pauses().pause(client, new LeaseId(q.getLeaseId()), deadline)),
        (client, reply) -> {});
    bind(
        FactoryGrpcService.ResumeVm,
        Call.Kind.VM,
        (client, q, deadline, progress) ->
            SuspendProtos.resumed(
                verbs
                    .pauses()
                    .resume(client, new LeaseId(q.getLeaseId()), SuspendProtos.ttl(q), deadline)),
        (client, reply) -> {});
    bind(
        FactoryGrpcService.SuspendVm,
        Call.Kind.VM,
        (client, q, deadline, progress) ->
            SuspendProtos.suspended(
                verbs.pauses().suspend(client, SuspendProtos.request(q), deadline)),
        (client, reply) -> {});
  }

  /** Binds GrowVm. What the VM has got stays if the client has left. */
  private void bindGrowth() {
    bind(
        FactoryGrpcService.GrowVm,
        Call.Kind.VM,
        (client, q, deadline, progress) ->
            VmProtos.grown(verbs.attachments().grow(VmProtos.request(q, client), deadline)),
        (client, reply) -> {});
  }

  private void bindDrives() {
    // The lease is in the request alone, and a drive whose client is gone has to be taken back.
    Handler<GrpcServerRequest<AttachDriveRequest, AttachDriveResponse>> attach =
        request -> calls.serve(attachDrive()).handle(request);
    builder.bind(readable(FactoryGrpcService.AttachDrive), attach);
    bind(
        FactoryGrpcService.DetachDrive,
        Call.Kind.VM,
        (client, q, deadline, progress) -> {
          LeaseId lease = new LeaseId(q.getLeaseId());
          verbs.attachments().detachDrive(client, lease, new DriveId(q.getDriveId()), deadline);
          return DetachDriveResponse.getDefaultInstance();
        },
        (client, reply) -> {});
  }

  private Call.Plan<AttachDriveRequest, AttachDriveResponse> attachDrive() {
    AtomicReference<String> lease = new AtomicReference<>("");
    return new Call.Plan<>(
        "AttachDrive",
        Call.Kind.VM,
        (client, q, deadline, progress) -> {
          lease.set(q.getLeaseId());
          return DriveProtos.attached(
              verbs.attachments().attachDrive(DriveProtos.request(q, client), deadline));
        },
        (client, reply) ->
            takeBack(
                client,
                new LeaseId(Objects.requireNonNull(lease.get())),
                new DriveId(reply.getDrive().getId())));
  }

  /** Detaches a drive that no client knows of: its client left while it was being attached. */
  private void takeBack(Peer client, LeaseId lease, DriveId drive) {
    log.info("detaching drive {}, whose client is gone", drive);
    verbs.attachments().detachDrive(client, lease, drive, calls.ownDeadline());
  }

  /**
   * Binds AttachNic and DetachNic. A NIC whose client has left stays: it belongs to the VM and ends
   * with it.
   */
  private void bindNics() {
    bind(
        FactoryGrpcService.AttachNic,
        Call.Kind.VM,
        (client, q, deadline, progress) ->
            NicProtos.attached(
                verbs.attachments().attachNic(NicProtos.request(q, client), deadline)),
        (client, reply) -> {});
    bind(
        FactoryGrpcService.DetachNic,
        Call.Kind.VM,
        (client, q, deadline, progress) ->
            NicProtos.detached(
                verbs.attachments().detachNic(NicProtos.request(q, client), deadline)),
        (client, reply) -> {});
  }

  private void bindPools(DaemonFacts facts) {
    administration(
        FactoryGrpcService.ResizePool,
        (client, q, deadline, progress) -> {
          var wish = PoolProtos.resize(q, facts.pool());
          return ResizePoolResponse.newBuilder()
              .addAllPools(PoolProtos.pools(verbs.pools().resize(client, wish)))
              .build();
        });
    administration(
        FactoryGrpcService.DrainPool,
        (client, q, deadline, progress) ->
            DrainPoolResponse.newBuilder()
                .addAllPools(
                    PoolProtos.pools(verbs.pools().drain(client, q.getTemplateKey(), deadline)))
                .build());
  }

  /** Releases a lease that no client knows of: its client left while the VM was being made. */
  private void takeBack(Peer client, Vm vm, Lease lease) {
    log.info("taking back VM {}, whose client is gone", vm.getId());
    verbs.vms().release(client, new LeaseId(lease.getId()));
  }

  private void endUnclaimed(String vmId) {
    log.info("ending base VM {}, whose client is gone", vmId);
    verbs.vms().endUnclaimed(new VmId(vmId));
  }

  private CreateTemplateProgress createTemplate(
      Peer client,
      CreateTemplateRequest request,
      Deadline deadline,
      Consumer<CreateTemplateProgress> progress) {
    var wish = TemplateProtos.templateRequest(request, new ProgressListener(progress));
    TemplateInfo made = verbs.templates().create(wish, deadline);
    return TemplateProtos.lastProgress(made, defaultKeys());
  }

  private List<String> defaultKeys() {
    return verbs.control().status(Peer.daemon(), Detail.PLAIN).defaultKeys();
  }

  private void watch(GrpcServerRequest<WatchEventsRequest, Event> request) {
    calls.stream(
        request,
        (client, stream) -> {
          var subscription =
              verbs
                  .control()
                  .events()
                  .subscribe(
                      e -> client.maySee(e.owner(), e.vmId()),
                      e -> stream.offer(StatusProtos.event(e)));
          stream.whenOver(subscription::close);
        });
  }

  private <Q extends Message, P extends Message> void unary(
      TranscodingServiceMethod<Q, P> method, CallWork<Q, P> work) {
    bind(method, Call.Kind.SHORT, work, (client, reply) -> {});
  }

  private <Q extends Message, P extends Message> void administration(
      TranscodingServiceMethod<Q, P> method, CallWork<Q, P> work) {
    unary(method, administered(method.methodName(), work));
  }

  private static <Q, P> CallWork<Q, P> administered(String name, CallWork<Q, P> work) {
    return (client, q, deadline, progress) -> {
      client.requireAdministrator(name);
      return work.run(client, q, deadline, progress);
    };
  }

  private <Q extends Message, P extends Message> void bind(
      TranscodingServiceMethod<Q, P> method,
      Call.Kind kind,
      CallWork<Q, P> work,
      BiConsumer<Peer, P> undeliverable) {
    Handler<GrpcServerRequest<Q, P>> handler =
        calls.serve(new Call.Plan<>(method.methodName(), kind, work, undeliverable));
    builder.bind(readable(method), handler);
  }

  private static <Q extends Message, P extends Message> ServiceMethod<Q, P> readable(
      TranscodingServiceMethod<Q, P> method) {
    return TranscodingServiceMethod.server(
        method.serviceName(),
        method.methodName(),
        new ReadableJson<>(),
        method.decoder(),
        method.options());
  }
}
