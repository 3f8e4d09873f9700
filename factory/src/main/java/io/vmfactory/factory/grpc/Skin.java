package io.vmfactory.factory.grpc;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.SocketAddress;
import io.vertx.grpc.reflection.ReflectionService;
import io.vertx.grpc.server.GrpcProtocol;
import io.vertx.grpc.server.GrpcServer;
import io.vertx.grpc.server.GrpcServerOptions;
import io.vmfactory.configs.DaemonConfig;
import io.vmfactory.configs.ErrorText;
import io.vmfactory.configs.time.Deadline;
import io.vmfactory.factory.app.Verbs;
import io.vmfactory.factory.calls.Calls;
import io.vmfactory.factory.http.Connections;
import io.vmfactory.factory.http.JsonEdge;
import io.vmfactory.factory.http.MetricsEdge;
import io.vmfactory.factory.http.PeerCheck;
import io.vmfactory.factory.http.SocketFile;
import io.vmfactory.factory.metrics.Metrics;
import java.io.IOException;
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
  private static final Duration START = Duration.ofSeconds(10);

  private final SocketFile file;
  private final HttpServer server;
  private final Calls calls;

  private Skin(SocketFile file, HttpServer server, Calls calls) {
    this.file = file;
    this.server = server;
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
    Calls calls =
        new Calls(
            config.workers(),
            config.defaultDeadline(),
            config.users().maxRequests(),
            PeerCheck::peer);
    GrpcServer grpc = GrpcServer.server(vertx, protocols());
    grpc.addService(FactoryBinding.of(verbs, calls, facts));
    grpc.addService(HealthBinding.of(calls));
    grpc.addService(ReflectionService.v1());
    grpc.addService(new OlderReflection());
    HttpServer server =
        vertx.createHttpServer(new HttpServerOptions().setRegisterWebSocketWriteHandlers(false));
    server.requestHandler(new JsonEdge(grpc, new MetricsEdge(metrics)));
    try {
      listen(server, file, peers(config));
    } catch (IOException e) {
      calls.close();
      server.close();
      throw new UncheckedIOException("cannot serve on " + file.path() + ": " + ErrorText.of(e), e);
    }
    return new Skin(file, server, calls);
  }

  private static void listen(HttpServer server, SocketFile file, PeerCheck peers)
      throws IOException {
    Path bound = file.prepare();
    server.connectionHandler(connection -> accept(peers, connection));
    Future<HttpServer> listening =
        server.listen(SocketAddress.domainSocketAddress(bound.toString()));
    Deadline.after(START).await(listening.toCompletionStage(), "the socket to be bound");
    file.publish(bound);
  }

  private static PeerCheck peers(DaemonConfig config) {
    return new PeerCheck(gids(config.socketGroup()), gids(config.users().adminGroup()));
  }

  private static Set<Long> gids(String group) {
    return group.isEmpty() ? Set.of() : Set.of(SocketFile.gid(group));
  }

  private static void accept(PeerCheck peers, HttpConnection connection) {
    if (peers.admit(connection)) {
      Connections.prepare(connection);
    }
  }

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
    return file.path();
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
    Deadline.after(START).await(server.close().toCompletionStage(), "the socket to be closed");
    try {
      file.remove();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot remove " + file.path(), e);
    }
  }
}
