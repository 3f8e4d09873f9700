package io.vmfactory.factory.http;

import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.SocketAddress;
import io.vmfactory.configs.ErrorText;
import io.vmfactory.configs.time.Deadline;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;

/** An HTTP server on a UNIX socket, for peers that are admitted. */
public final class ServedSocket implements AutoCloseable {
  private static final Duration LIMIT = Duration.ofSeconds(10);

  private final SocketFile file;
  private final HttpServer server;

  private ServedSocket(SocketFile file, HttpServer server) {
    this.file = file;
    this.server = server;
  }

  /**
   * Serves requests on {@code file}. When this returns, clients can connect. The caller holds the
   * lock of its process, so a file at the socket's path is from a dead one and is replaced.
   *
   * @throws UncheckedIOException if the socket cannot be made
   */
  public static ServedSocket listen(
      Vertx vertx, SocketFile file, PeerCheck peers, Handler<HttpServerRequest> requests) {
    HttpServer server =
        vertx.createHttpServer(new HttpServerOptions().setRegisterWebSocketWriteHandlers(false));
    server.requestHandler(requests);
    server.connectionHandler(connection -> accept(peers, connection));
    try {
      Path bound = file.prepare();
      Future<HttpServer> listening =
          server.listen(SocketAddress.domainSocketAddress(bound.toString()));
      Deadline.after(LIMIT).await(listening.toCompletionStage(), "the socket to be bound");
      file.publish(bound);
      return new ServedSocket(file, server);
    } catch (IOException e) {
      var unused = server.close();
      throw new UncheckedIOException("cannot serve on " + file.path() + ": " + ErrorText.of(e), e);
    }
  }

  private static void accept(PeerCheck peers, HttpConnection connection) {
    if (peers.admit(connection)) {
      Connections.prepare(connection);
    }
  }

  /** Returns the path of the socket. */
  public Path path() {
    return file.path();
  }

  /** Closes every connection and removes the socket. */
  @Override
  public void close() {
    Deadline.after(LIMIT).await(server.close().toCompletionStage(), "the socket to be closed");
    try {
      file.remove();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot remove " + file.path(), e);
    }
  }
}
