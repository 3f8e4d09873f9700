package io.vmfactory.factory.http;

import io.vertx.core.Context;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vmfactory.factory.metrics.Metrics;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves {@code GET /metrics}. Makes the page on a worker, because it may have to wait for figures.
 */
public final class MetricsEdge implements Handler<HttpServerRequest> {
  static final String PATH = "/metrics";

  private static final Logger log = LoggerFactory.getLogger(MetricsEdge.class);

  private final Metrics metrics;

  public MetricsEdge(Metrics metrics) {
    this.metrics = metrics;
  }

  /** Returns whether {@code request} is for {@link #handle}. */
  static boolean accepts(HttpServerRequest request) {
    return PATH.equals(request.path()) && request.method().equals(HttpMethod.GET);
  }

  @Override
  public void handle(HttpServerRequest request) {
    String accept = request.getHeader(HttpHeaders.ACCEPT);
    Context context = Vertx.currentContext();
    context
        .executeBlocking(() -> metrics.page(accept))
        .onSuccess(page -> end(request.response(), page))
        .onFailure(failure -> fail(request.response(), failure));
  }

  private static void end(HttpServerResponse response, Metrics.Page page) {
    response
        .putHeader(HttpHeaders.CONTENT_TYPE, page.contentType())
        .end(Buffer.buffer(page.body()));
  }

  private static void fail(HttpServerResponse response, Throwable failure) {
    log.warn("no metrics: {}", failure.getMessage());
    response
        .setStatusCode(500)
        .putHeader(HttpHeaders.CONTENT_TYPE, "text/plain")
        .end("no metrics: " + failure.getMessage() + "\n");
  }
}
