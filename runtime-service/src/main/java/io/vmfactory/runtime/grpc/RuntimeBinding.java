package io.vmfactory.runtime.grpc;

import com.google.protobuf.Message;
import io.vertx.grpc.common.ServiceMethod;
import io.vertx.grpc.server.GrpcServerRequest;
import io.vertx.grpc.server.Service;
import io.vertx.grpc.server.ServiceBuilder;
import io.vmfactory.api.runtime.v1.Container;
import io.vmfactory.api.runtime.v1.RuntimeGrpcService;
import io.vmfactory.api.runtime.v1.WatchContainerRequest;
import io.vmfactory.configs.time.Deadline;
import io.vmfactory.factory.calls.Call;
import io.vmfactory.factory.calls.CallWork;
import io.vmfactory.factory.calls.Calls;
import io.vmfactory.factory.calls.OutStream;
import io.vmfactory.runtime.verbs.RuntimeVerbs;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Connects each method of vmfactory.runtime.v1.Runtime with what it stands for. */
final class RuntimeBinding {
  private static final Logger log = LoggerFactory.getLogger(RuntimeBinding.class);

  private final RuntimeVerbs verbs;
  private final Calls calls;
  private final ServiceBuilder builder =
      Service.service(RuntimeGrpcService.SERVICE_NAME, RuntimeGrpcService.SERVICE_DESCRIPTOR);

  private RuntimeBinding(RuntimeVerbs verbs, Calls calls) {
    this.verbs = verbs;
    this.calls = calls;
  }

  /** Returns the service. */
  static Service of(RuntimeVerbs verbs, Calls calls) {
    RuntimeBinding binding = new RuntimeBinding(verbs, calls);
    binding.bindLife();
    binding.bindViews();
    return binding.builder.build();
  }

  private void bindLife() {
    bind(
        RuntimeGrpcService.CreateContainer,
        Call.Kind.VM,
        (client, q, deadline, progress) -> verbs.create(q, deadline),
        reply -> takeBack(reply.getContainer()));
    bind(RuntimeGrpcService.ConnectNetwork, Call.Kind.VM, verbs::connect);
    bind(RuntimeGrpcService.StartContainer, Call.Kind.VM, verbs::start);
    bind(RuntimeGrpcService.StopContainer, Call.Kind.VM, verbs::stop);
    bind(RuntimeGrpcService.PauseContainer, Call.Kind.VM, verbs::pause);
    bind(RuntimeGrpcService.ResumeContainer, Call.Kind.VM, verbs::resume);
    bind(RuntimeGrpcService.SuspendSandbox, Call.Kind.VM, verbs::suspend);
    bind(RuntimeGrpcService.ResumeSandbox, Call.Kind.VM, verbs::wake);
    bind(RuntimeGrpcService.SignalContainer, Call.Kind.VM, verbs::signal);
    bind(RuntimeGrpcService.DeleteContainer, Call.Kind.VM, verbs::delete);
    bind(RuntimeGrpcService.ExecProcess, Call.Kind.VM, verbs::exec);
    bind(RuntimeGrpcService.StatContainer, Call.Kind.VM, verbs::stat);
    bind(RuntimeGrpcService.UpdateContainer, Call.Kind.VM, verbs::update);
  }

  private void bindViews() {
    bind(RuntimeGrpcService.GetContainer, Call.Kind.SHORT, (q, deadline) -> verbs.get(q));
    bind(RuntimeGrpcService.ListContainers, Call.Kind.SHORT, (q, deadline) -> verbs.list(q));
    bind(RuntimeGrpcService.ReadOutput, Call.Kind.SHORT, (q, deadline) -> verbs.read(q));
    builder.bind(RuntimeGrpcService.WatchContainer, this::watch);
  }

  private void watch(GrpcServerRequest<WatchContainerRequest, Container> request) {
    calls.stream(request, (client, stream) -> request.handler(q -> watch(q, stream)));
  }

  private void watch(WatchContainerRequest q, OutStream<Container> stream) {
    verbs
        .find(q.getNamespace(), q.getId())
        .ifPresentOrElse(
            container -> {
              stream.whenOver(container.watch(() -> stream.offer(RuntimeVerbs.view(container))));
              stream.offer(RuntimeVerbs.view(container));
            },
            () -> stream.offer(Container.getDefaultInstance()));
  }

  private void takeBack(Container made) {
    log.info("removing container {}, whose client is gone", made.getId());
    verbs.takeBack(made, calls.ownDeadline());
  }

  private <Q extends Message, P extends Message> void bind(
      ServiceMethod<Q, P> method, Call.Kind kind, BiFunction<Q, Deadline, P> work) {
    bind(method, kind, (client, q, deadline, progress) -> work.apply(q, deadline), reply -> {});
  }

  private <Q extends Message, P extends Message> void bind(
      ServiceMethod<Q, P> method, Call.Kind kind, CallWork<Q, P> work, Consumer<P> undeliverable) {
    builder.bind(
        method,
        calls.serve(
            new Call.Plan<>(
                method.methodName(), kind, work, (client, reply) -> undeliverable.accept(reply))));
  }
}
