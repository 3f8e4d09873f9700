package io.vmfactory.factory.calls;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.grpc.server.GrpcServerRequest;
import io.vertx.grpc.server.GrpcServerResponse;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * An endless stream of replies to one client. Sends as fast as the client reads; if the client is
 * too slow, drops the oldest replies. Any thread may call {@link #offer}; all other methods belong
 * to the event loop.
 *
 * @param <P> reply message
 */
public final class OutStream<P> {
  /** The most messages that wait for a slow client. */
  static final int CAPACITY = 256;

  private final GrpcServerResponse<?, P> response;
  private final Context context = Vertx.currentContext();
  private final Consumer<OutStream<?>> forget;
  private final Deque<P> waiting = new ArrayDeque<>();
  private Runnable whenOver = () -> {};
  private boolean open = true;

  /**
   * Makes a stream that is not open yet. Call this on the event loop of the call.
   *
   * @param forget gets this stream once, when it is over
   */
  OutStream(GrpcServerResponse<?, P> response, Consumer<OutStream<?>> forget) {
    this.response = response;
    this.forget = forget;
  }

  /**
   * Opens the stream. Sends its headers at once, so that the client knows that events from now on
   * reach it.
   */
  void open(GrpcServerRequest<?, P> request) {
    request.errorHandler(e -> close());
    request.exceptionHandler(e -> close());
    response.exceptionHandler(e -> close());
    Responses.attempt(response::writeHead).onFailure(e -> close());
  }

  /**
   * Runs {@code action} once when the stream is over, for any reason; at once if it is over
   * already.
   */
  public void whenOver(Runnable action) {
    if (open) {
      whenOver = action;
    } else {
      action.run();
    }
  }

  /** Sends {@code message}, in order, as soon as the client has read the messages before it. */
  public void offer(P message) {
    synchronized (waiting) {
      if (waiting.size() == CAPACITY) {
        waiting.removeFirst();
      }
      waiting.addLast(message);
    }
    context.runOnContext(v -> pump());
  }

  /**
   * Ends the stream because the daemon stops. Completes when the status is sent or the client is
   * gone.
   */
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
      forget.accept(this);
      whenOver.run();
    }
  }
}
