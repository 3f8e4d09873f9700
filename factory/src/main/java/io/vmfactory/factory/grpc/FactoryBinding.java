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
import io.vmfactory.api.v1.AttachNicRequest;
import io.vmfactory.api.v1.AttachNicResponse;
import io.vmfactory.api.v1.CreateTemplateProgress;
import io.vmfactory.api.v1.CreateTemplateRequest;
import io.vmfactory.api.v1.DeleteTemplateResponse;
import io.vmfactory.api.v1.DetachDriveResponse;
import io.vmfactory.api.v1.DrainPoolResponse;
import io.vmfactory.api.v1.Event;
import io.vmfactory.api.v1.FactoryGrpcService;
import io.vmfactory.api.v1.GetConfigResponse;
import io.vmfactory.api.v1.GetVmResponse;
import io.vmfactory.api.v1.ListTemplatesResponse;
import io.vmfactory.api.v1.ReleaseVmResponse;
import io.vmfactory.api.v1.RenewLeaseResponse;
import io.vmfactory.api.v1.ResizePoolResponse;
import io.vmfactory.api.v1.ShutdownResponse;
import io.vmfactory.api.v1.WatchEventsRequest;
import io.vmfactory.configs.time.Deadline;
import io.vmfactory.factory.app.Attachments.DriveRef;
import io.vmfactory.factory.app.Attachments.DriveRequest;
import io.vmfactory.factory.app.Attachments.GrantedDrive;
import io.vmfactory.factory.app.Status;
import io.vmfactory.factory.app.UseCase;
import io.vmfactory.factory.app.UseCases;
import io.vmfactory.factory.app.UseCases.Nothing;
import io.vmfactory.factory.calls.Call;
import io.vmfactory.factory.calls.Calls;
import io.vmfactory.factory.http.PeerCheck;
import io.vmfactory.factory.http.ReadableJson;
import io.vmfactory.factory.request.Peer;
import io.vmfactory.template.TemplateInfo;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Ties each method of vmfactory.v1.Factory to its use case. */
final class FactoryBinding {
  private static final Logger log = LoggerFactory.getLogger(FactoryBinding.class);

  private final UseCases cases;
  private final Calls calls;
  private final Unclaimed unclaimed;
  private final ServiceBuilder builder =
      Service.service(FactoryGrpcService.SERVICE_NAME, FactoryGrpcService.SERVICE_DESCRIPTOR);

  private FactoryBinding(UseCases cases, Calls calls, Unclaimed unclaimed) {
    this.cases = cases;
    this.calls = calls;
    this.unclaimed = unclaimed;
  }

  /** The service. */
  static Service of(UseCases cases, Calls calls, DaemonFacts facts, Unclaimed unclaimed) {
    FactoryBinding binding = new FactoryBinding(cases, calls, unclaimed);
    binding.bindDaemon(facts);
    binding.bindTemplates();
    binding.bindVms();
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
    unary(FactoryGrpcService.GetConfig, (q, deadline) -> config);
    unary(
        FactoryGrpcService.GetStatus,
        (q, deadline) ->
            StatusProtos.status(cases.getStatus().run(q.getWithMemory(), deadline), facts));
    unary(
        FactoryGrpcService.Shutdown,
        (q, deadline) -> {
          cases.shutdown().run(q.getKeepVms(), deadline);
          return ShutdownResponse.getDefaultInstance();
        });
    builder.bind(FactoryGrpcService.WatchEvents, this::watch);
  }

  private void bindTemplates() {
    unary(
        FactoryGrpcService.ListTemplates,
        (q, deadline) -> {
          List<TemplateInfo> all = cases.listTemplates().run(Nothing.NOTHING, deadline);
          List<String> defaults = defaultKeys(deadline);
          return ListTemplatesResponse.newBuilder()
              .addAllTemplates(all.stream().map(t -> TemplateProtos.template(t, defaults)).toList())
              .build();
        });
    unary(
        FactoryGrpcService.DeleteTemplate,
        (q, deadline) ->
            DeleteTemplateResponse.newBuilder()
                .setKey(cases.deleteTemplate().run(q.getKey(), deadline))
                .build());
    builder.bind(
        FactoryGrpcService.CreateTemplate,
        calls.serve(
            new Call.Plan<>(
                "CreateTemplate", Call.Kind.BUILD, this::createTemplate, template -> {})));
  }

  private void bindVms() {
    bind(
        FactoryGrpcService.GetVm,
        Call.Kind.VM,
        (q, deadline) -> VmProtos.granted(cases.getVm().run(VmProtos.request(q), deadline)),
        this::takeBack);
    bind(
        FactoryGrpcService.GetBaseVm,
        Call.Kind.VM,
        (q, deadline) -> VmProtos.givenAway(cases.getBaseVm().run(VmProtos.request(q), deadline)),
        given -> endUnclaimed(given.getVm().getId()));
    unary(
        FactoryGrpcService.RenewLease,
        (q, deadline) ->
            RenewLeaseResponse.newBuilder()
                .setLease(VmProtos.lease(cases.renewLease().run(VmProtos.renewal(q), deadline)))
                .build());
    unary(
        FactoryGrpcService.ReleaseVm,
        (q, deadline) ->
            ReleaseVmResponse.newBuilder()
                .setVmId(cases.releaseVm().run(q.getLeaseId(), deadline))
                .build());
  }

  private void bindDrives() {
    Handler<GrpcServerRequest<AttachDriveRequest, AttachDriveResponse>> attach =
        request -> calls.serve(attach(PeerCheck.peer(request.connection()))).handle(request);
    builder.bind(readable(FactoryGrpcService.AttachDrive), attach);
    bind(
        FactoryGrpcService.DetachDrive,
        Call.Kind.VM,
        (q, deadline) -> {
          cases.attachments().detachDrive().run(DriveProtos.reference(q), deadline);
          return DetachDriveResponse.getDefaultInstance();
        },
        reply -> {});
  }

  /** Who asks decides which files may be had. */
  private Call.Plan<AttachDriveRequest, AttachDriveResponse> attach(Peer peer) {
    UseCase<DriveRequest, GrantedDrive> attach = cases.attachments().attachDrive();
    AtomicReference<String> lease = new AtomicReference<>("");
    return new Call.Plan<>(
        "AttachDrive",
        Call.Kind.VM,
        (q, deadline, progress) -> {
          lease.set(q.getLeaseId());
          return DriveProtos.attached(attach.run(DriveProtos.request(q, peer), deadline));
        },
        reply -> takeBack(new DriveRef(lease.get(), reply.getDrive().getId())));
  }

  /** Nobody knows of this drive: its client left while it was being attached. */
  private void takeBack(DriveRef drive) {
    log.info("detaching drive {}, whose client is gone", drive.driveId());
    cases.attachments().detachDrive().run(drive, calls.ownDeadline());
  }

  /** A NIC whose client has left stays: it is the VM's, and ends with it. */
  private void bindNics() {
    Handler<GrpcServerRequest<AttachNicRequest, AttachNicResponse>> attach =
        request -> calls.serve(attachNic(PeerCheck.peer(request.connection()))).handle(request);
    builder.bind(readable(FactoryGrpcService.AttachNic), attach);
  }

  private Call.Plan<AttachNicRequest, AttachNicResponse> attachNic(Peer peer) {
    return new Call.Plan<>(
        "AttachNic",
        Call.Kind.VM,
        (q, deadline, progress) ->
            NicProtos.attached(
                cases.attachments().attachNic().run(NicProtos.request(q, peer), deadline)),
        reply -> {});
  }

  private void bindPools(DaemonFacts facts) {
    unary(
        FactoryGrpcService.ResizePool,
        (q, deadline) -> {
          var wish = PoolProtos.resize(q, facts.pool());
          return ResizePoolResponse.newBuilder()
              .addAllPools(PoolProtos.pools(cases.pools().resize().run(wish, deadline)))
              .build();
        });
    unary(
        FactoryGrpcService.DrainPool,
        (q, deadline) ->
            DrainPoolResponse.newBuilder()
                .addAllPools(
                    PoolProtos.pools(cases.pools().drain().run(q.getTemplateKey(), deadline)))
                .build());
  }

  /** Nobody knows of this lease: its client left while the VM was being made. */
  private void takeBack(GetVmResponse reply) {
    log.info("taking back VM {}, whose client is gone", reply.getVm().getId());
    cases.releaseVm().run(reply.getLease().getId(), calls.ownDeadline());
  }

  private void endUnclaimed(String vmId) {
    log.info("ending base VM {}, whose client is gone", vmId);
    unclaimed.end(vmId);
  }

  private CreateTemplateProgress createTemplate(
      CreateTemplateRequest request, Deadline deadline, Consumer<CreateTemplateProgress> progress) {
    var wish = TemplateProtos.templateRequest(request, new ProgressListener(progress));
    TemplateInfo made = cases.createTemplate().run(wish, deadline);
    return TemplateProtos.lastProgress(made, defaultKeys(deadline));
  }

  private List<String> defaultKeys(Deadline deadline) {
    Status status = cases.getStatus().run(false, deadline);
    return status.defaultKeys();
  }

  private void watch(GrpcServerRequest<WatchEventsRequest, Event> request) {
    calls.stream(
        request,
        stream -> {
          var subscription = cases.events().subscribe(e -> stream.offer(StatusProtos.event(e)));
          stream.whenOver(subscription::close);
        });
  }

  private <Q extends Message, P extends Message> void unary(
      TranscodingServiceMethod<Q, P> method, UseCase<Q, P> work) {
    bind(method, Call.Kind.SHORT, work, reply -> {});
  }

  private <Q extends Message, P extends Message> void bind(
      TranscodingServiceMethod<Q, P> method,
      Call.Kind kind,
      UseCase<Q, P> work,
      Consumer<P> undeliverable) {
    Handler<GrpcServerRequest<Q, P>> handler =
        calls.serve(
            new Call.Plan<>(
                method.methodName(),
                kind,
                (q, deadline, progress) -> work.run(q, deadline),
                undeliverable));
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
