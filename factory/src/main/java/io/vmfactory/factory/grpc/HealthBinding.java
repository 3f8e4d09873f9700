package io.vmfactory.factory.grpc;

import io.vertx.grpc.common.GrpcMessageDecoder;
import io.vertx.grpc.common.GrpcMessageEncoder;
import io.vertx.grpc.common.ServiceMethod;
import io.vertx.grpc.common.ServiceName;
import io.vertx.grpc.health.v1.HealthCheckRequest;
import io.vertx.grpc.health.v1.HealthCheckResponse;
import io.vertx.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.vertx.grpc.health.v1.HealthProto;
import io.vertx.grpc.server.GrpcServerRequest;
import io.vertx.grpc.server.Service;
import io.vmfactory.factory.calls.Call;
import io.vmfactory.factory.calls.Calls;
import io.vmfactory.factory.request.RequestException;
import java.util.Set;

/**
 * Serves grpc.health.v1.Health: the process is SERVING as long as it can be reached. Replaces the
 * library's own service, which polls and continues to write to watchers that left. Here a watcher
 * is a stream like any other.
 */
final class HealthBinding {
  private static final ServiceName NAME = ServiceName.create("grpc.health.v1.Health");
  private static final ServiceMethod<HealthCheckRequest, HealthCheckResponse> CHECK =
      method("Check");
  private static final ServiceMethod<HealthCheckRequest, HealthCheckResponse> WATCH =
      method("Watch");

  private final Set<String> known;

  private HealthBinding(ServiceName service) {
    this.known = Set.of("", service.fullyQualifiedName());
  }

  /** Returns the health of {@code service} and of the server as a whole. */
  static Service of(Calls calls, ServiceName service) {
    HealthBinding health = new HealthBinding(service);
    return Service.service(NAME, HealthProto.getDescriptor().findServiceByName("Health"))
        .bind(
            CHECK,
            calls.serve(
                new Call.Plan<>(
                    "Health.Check",
                    Call.Kind.SHORT,
                    (client, q, deadline, progress) -> health.check(q),
                    (client, r) -> {})))
        .bind(WATCH, request -> health.watch(calls, request))
        .build();
  }

  private HealthCheckResponse check(HealthCheckRequest request) {
    if (!known.contains(request.getService())) {
      throw new RequestException(
          RequestException.Reason.NOT_FOUND, "no such service: " + request.getService());
    }
    return status(ServingStatus.SERVING);
  }

  private void watch(
      Calls calls, GrpcServerRequest<HealthCheckRequest, HealthCheckResponse> request) {
    calls.stream(
        request,
        (client, stream) ->
            request.handler(
                q ->
                    stream.offer(
                        status(
                            known.contains(q.getService())
                                ? ServingStatus.SERVING
                                : ServingStatus.SERVICE_UNKNOWN))));
  }

  private static HealthCheckResponse status(ServingStatus status) {
    return HealthCheckResponse.newBuilder().setStatus(status).build();
  }

  private static ServiceMethod<HealthCheckRequest, HealthCheckResponse> method(String name) {
    return ServiceMethod.server(
        NAME,
        name,
        GrpcMessageEncoder.encoder(),
        GrpcMessageDecoder.decoder(HealthCheckRequest.newBuilder()));
  }
}
