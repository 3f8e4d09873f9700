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
import io.vmfactory.api.v1.FactoryGrpcService;
import io.vmfactory.factory.calls.Call;
import io.vmfactory.factory.calls.Calls;
import io.vmfactory.factory.request.RequestException;
import java.util.Set;

/**
 * Serves grpc.health.v1.Health: the daemon is SERVING as long as it can be reached. Replaces the
 * library's own service, which polls and continues to write to watchers that left. Here a watcher
 * is a stream like any other.
 */
final class HealthBinding {
  private static final ServiceName NAME = ServiceName.create("grpc.health.v1.Health");
  private static final Set<String> KNOWN =
      Set.of("", FactoryGrpcService.SERVICE_NAME.fullyQualifiedName());

  private static final ServiceMethod<HealthCheckRequest, HealthCheckResponse> CHECK =
      method("Check");
  private static final ServiceMethod<HealthCheckRequest, HealthCheckResponse> WATCH =
      method("Watch");

  private HealthBinding() {}

  static Service of(Calls calls) {
    return Service.service(NAME, HealthProto.getDescriptor().findServiceByName("Health"))
        .bind(
            CHECK,
            calls.serve(
                new Call.Plan<>(
                    "Health.Check",
                    Call.Kind.SHORT,
                    (client, q, deadline, progress) -> check(q),
                    (client, r) -> {})))
        .bind(WATCH, request -> watch(calls, request))
        .build();
  }

  private static HealthCheckResponse check(HealthCheckRequest request) {
    if (!KNOWN.contains(request.getService())) {
      throw new RequestException(
          RequestException.Reason.NOT_FOUND, "no such service: " + request.getService());
    }
    return status(ServingStatus.SERVING);
  }

  private static void watch(
      Calls calls, GrpcServerRequest<HealthCheckRequest, HealthCheckResponse> request) {
    calls.stream(
        request,
        (client, stream) ->
            request.handler(
                q ->
                    stream.offer(
                        status(
                            KNOWN.contains(q.getService())
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
