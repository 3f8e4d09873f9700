package io.vmfactory.factory.calls;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.grpc.server.GrpcServerRequest;
import io.vertx.grpc.server.GrpcServerResponse;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Replies without end to one client: as fast as it reads, and when it is too slow the oldest are
 * dropped. {@link #offer} may be called from any thread; the rest is the event loop's.
 *
 * @param <P> reply message
 */
public final class OutStream<P> {
  /** Messages that wait for a slow client. */
  static final int CAPACITY = 256;

  private final GrpcServerResponse<?, P> response;
  private final Context context = Vertx.currentContext();
  private final Set<OutStream<?>> siblings;
  private final Deque<P> waiting = new ArrayDeque<>();
  private Runnable whenOver = () -> {};
  private boolean open = true;

  /**
   * A stream that is not open yet. It is to be made on the event loop of its call.
   *
   * @param siblings the streams there are: it leaves them when it is over
   */
  OutStream(GrpcServerResponse<?, P> response, Set<OutStream<?>> siblings) {
    this.response = response;
    this.siblings = siblings;
  }

  /**
   * Opens the stream; its headers go out at once, so that the client knows it is heard from now on.
   */
  void open(GrpcServerRequest<?, P> request) {
    request.errorHandler(e -> close());
    request.exceptionHandler(e -> close());
    response.exceptionHandler(e -> close());
    Responses.attempt(response::writeHead).onFailure(e -> close());
  }

  /** Has {@code action} run once, when the stream is over, however that comes; at once if it is. */
  public void whenOver(Runnable action) {
    if (open) {
      whenOver = action;
    } else {
      action.run();
    }
  }

  /** Sends {@code message}, in order, as soon as the client has read those before. */
  public void offer(P message) {
    synchronized (waiting) {
      if (waiting.size() == CAPACITY) {
        waiting.removeFirst();
      }
      waiting.addLast(message);
    }
    context.runOnContext(v -> pump());
  }

  /** Ends the stream because the daemon stops; completes when the client was told, or is gone. */
  CompletableFuture<Void> end() {
    CompletableFuture<Void> told = new CompletableFuture<>();
    context.runOnContext(v -> endNow().onComplete(done -> told.complete(null)));
    return told;
  }

  private Future<Void> endNow() {
    pump();
    if (!open) {
      return Future.succeededFuture();
    }
    close();
    return Responses.fail(response, ErrorMapper.toStatus(Calls.shuttingDown()));
  }

  private void pump() {
    while (open && !response.writeQueueFull()) {
      P next = take();
      if (next == null) {
        return;
      }
      Responses.attempt(() -> response.write(next)).onFailure(e -> close());
    }
    if (open) {
      response.drainHandler(v -> pump());
    }
  }

  private @Nullable P take() {
    synchronized (waiting) {
      return waiting.pollFirst();
    }
  }

  private void close() {
    if (open) {
      open = false;
      siblings.remove(this);
      whenOver.run();
    }
  }
}
