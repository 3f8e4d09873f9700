package io.vmfactory.factory.grpc;

import io.vertx.core.Vertx;
import io.vertx.grpc.common.ServiceName;
import io.vertx.grpc.reflection.ReflectionService;
import io.vertx.grpc.server.GrpcProtocol;
import io.vertx.grpc.server.GrpcServer;
import io.vertx.grpc.server.GrpcServerOptions;
import io.vertx.grpc.server.Service;
import io.vmfactory.api.v1.FactoryGrpcService;
import io.vmfactory.configs.DaemonConfig;
import io.vmfactory.configs.UsersConfig;
import io.vmfactory.factory.app.Verbs;
import io.vmfactory.factory.calls.Calls;
import io.vmfactory.factory.calls.RequestLimits;
import io.vmfactory.factory.http.JsonEdge;
import io.vmfactory.factory.http.MetricsEdge;
import io.vmfactory.factory.http.PeerCheck;
import io.vmfactory.factory.http.ServedSocket;
import io.vmfactory.factory.http.SocketFile;
import io.vmfactory.factory.metrics.Metrics;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletionStage;

/**
 * The edge of the daemon, on one UNIX socket: gRPC with vmfactory.v1.Factory, health and
 * reflection; the unary calls of the first as JSON over HTTP/1.1; the metrics.
 */
public final class Skin implements AutoCloseable {
  private final ServedSocket served;
  private final Calls calls;

  private Skin(ServedSocket served, Calls calls) {
    this.served = served;
    this.calls = calls;
  }

  /**
   * Serves {@code verbs} on {@code config}'s socket. When this returns, clients can connect. The
   * caller holds the daemon's lock, so a file at the socket's path is from a dead daemon and is
   * replaced.
   *
   * @throws io.vmfactory.factory.request.RequestException if the socket's path is too long
   * @throws UncheckedIOException if the socket cannot be made, or the group does not exist
   */
  public static Skin start(
      Vertx vertx, DaemonConfig config, Verbs verbs, DaemonFacts facts, Metrics metrics) {
    SocketFile file = new SocketFile(config.socket(), config.groups());
    Calls calls = calls(config);
    GrpcServer grpc =
        server(
            vertx, FactoryBinding.of(verbs, calls, facts), FactoryGrpcService.SERVICE_NAME, calls);
    try {
      JsonEdge edge = new JsonEdge(grpc, new MetricsEdge(metrics));
      return new Skin(ServedSocket.listen(vertx, file, peers(config), edge), calls);
    } catch (RuntimeException e) {
      calls.close();
      throw e;
    }
  }

  private static PeerCheck peers(DaemonConfig config) {
    return new PeerCheck(gids(config.socketGroup()), gids(config.users().adminGroup()));
  }

  private static Set<Long> gids(String group) {
    return group.isEmpty() ? Set.of() : Set.of(SocketFile.gid(group));
  }

  /** Returns the calls of a socket, with the limits of {@code config}. */
  public static Calls calls(DaemonConfig config) {
    UsersConfig users = config.users();
    RequestLimits limits = new RequestLimits(users.maxRequests(), users.requestsPerSecond());
    return new Calls(config.workers(), config.defaultDeadline(), limits, PeerCheck::peer);
  }

  /** Returns a server of {@code service}, with health and reflection. */
  public static GrpcServer server(Vertx vertx, Service service, ServiceName name, Calls calls) {
    GrpcServer grpc = GrpcServer.server(vertx, protocols());
    grpc.addService(service);
    grpc.addService(HealthBinding.of(calls, name));
    grpc.addService(ReflectionService.v1());
    grpc.addService(new OlderReflection());
    return grpc;
  }

  /** Returns the protocols of a socket for programs: gRPC, not gRPC-Web. */
  private static GrpcServerOptions protocols() {
    return new GrpcServerOptions()
        .removeEnabledProtocol(GrpcProtocol.WEB)
        .removeEnabledProtocol(GrpcProtocol.WEB_TEXT);
  }

  /**
   * Completes when a worker for short calls has run a task: a proof that short calls make progress.
   */
  public CompletionStage<?> turn() {
    return calls.turn();
  }

  /** Returns the path of the socket. */
  public Path socket() {
    return served.path();
  }

  /**
   * Refuses new calls, cancels builds, lets other calls finish for {@code grace}, and then cancels
   * what is left. Streams go on.
   */
  public void drain(Duration grace) {
    calls.drain(grace);
  }

  /** Ends the streams, closes every connection and removes the socket. */
  @Override
  public void close() {
    calls.close();
    served.close();
  }
}
