package io.vmfactory.factory.grpc;

import com.google.protobuf.Descriptors.ServiceDescriptor;
import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.grpc.common.ServiceMethod;
import io.vertx.grpc.common.ServiceName;
import io.vertx.grpc.reflection.ReflectionService;
import io.vertx.grpc.server.GrpcServer;
import io.vertx.grpc.server.GrpcServerRequest;
import io.vertx.grpc.server.Service;
import java.util.List;

/**
 * Serves grpc.reflection.v1alpha, for clients that do not know v1 yet. Its messages are those of v1
 * on the wire, so the library's service of v1 answers, bound to the other name.
 */
final class OlderReflection implements Service {
  private static final ServiceName NAME =
      ServiceName.create("grpc.reflection.v1alpha.ServerReflection");

  @Override
  public ServiceName name() {
    return NAME;
  }

  @Override
  public ServiceDescriptor descriptor() {
    return ReflectionService.v1().descriptor();
  }

  @Override
  public void bind(GrpcServer server) {
    ReflectionService.v1().bind(new Renaming(server));
  }

  /** Binds handlers to methods of the older service. */
  private record Renaming(GrpcServer server) implements GrpcServer {
    @Override
    public <Q, R> GrpcServer callHandler(
        ServiceMethod<Q, R> method, Handler<GrpcServerRequest<Q, R>> handler) {
      var renamed =
          ServiceMethod.server(NAME, method.methodName(), method.encoder(), method.decoder());
      return server.callHandler(renamed, handler);
    }

    @Override
    public GrpcServer callHandler(Handler<GrpcServerRequest<Buffer, Buffer>> handler) {
      return server.callHandler(handler);
    }

    @Override
    public GrpcServer addService(Service service) {
      return server.addService(service);
    }

    @Override
    public List<Service> services() {
      return server.services();
    }

    @Override
    public void handle(HttpServerRequest request) {
      server.handle(request);
    }
  }
}
