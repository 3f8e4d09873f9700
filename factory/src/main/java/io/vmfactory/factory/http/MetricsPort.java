package io.vmfactory.factory.http;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vmfactory.configs.time.Deadline;
import io.vmfactory.factory.metrics.Metrics;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.time.Duration;

/**
 * Serves {@code GET /metrics} on a port of 127.0.0.1, for a Prometheus that cannot scrape a UNIX
 * socket. Every user of this host can read it; the port serves nothing else.
 */
public final class MetricsPort implements AutoCloseable {
  private static final Duration START = Duration.ofSeconds(10);
  private static final String LOOPBACK = "127.0.0.1";

  private final HttpServer server;

  private MetricsPort(HttpServer server) {
    this.server = server;
  }

  /**
   * Serves {@code metrics}. When this returns, clients can connect.
   *
   * @param port 0 = any free one, see {@link #port}
   * @throws UncheckedIOException if the port cannot be bound; the message names the remedy
   */
  public static MetricsPort listen(Vertx vertx, int port, Metrics metrics) {
    MetricsEdge edge = new MetricsEdge(metrics);
    HttpServer server =
        vertx.createHttpServer(
            new HttpServerOptions()
                .setRegisterWebSocketWriteHandlers(false)
                .setReuseAddress(true)
                .setReusePort(false));
    server.requestHandler(request -> serve(edge, request));
    try {
      Deadline.after(START)
          .await(server.listen(port, LOOPBACK).toCompletionStage(), "the port to be bound");
      return new MetricsPort(server);
    } catch (RuntimeException e) {
      server.close();
      throw refusal(port, e);
    }
  }

  private static RuntimeException refusal(int port, RuntimeException failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof BindException || cause instanceof IOException) {
        String message =
            "cannot serve metrics on %s:%d: %s; choose another [metrics] port, or 0 for the socket only"
                .formatted(LOOPBACK, port, cause.getMessage());
        return new UncheckedIOException(message, (IOException) cause);
      }
    }
    return failure;
  }

  private static void serve(MetricsEdge edge, HttpServerRequest request) {
    if (MetricsEdge.accepts(request)) {
      edge.handle(request);
    } else {
      request.response().setStatusCode(404).end("only GET " + MetricsEdge.PATH + " is here\n");
    }
  }

  /** Returns the port. */
  public int port() {
    return server.actualPort();
  }

  @Override
  public void close() {
    Deadline.after(START).await(server.close().toCompletionStage(), "the port to be closed");
  }
}
