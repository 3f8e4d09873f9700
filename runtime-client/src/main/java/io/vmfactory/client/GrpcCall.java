package io.vmfactory.client;

import io.vertx.core.Context;
import io.vertx.grpc.client.GrpcClientRequest;
import io.vertx.grpc.client.GrpcClientResponse;
import io.vertx.grpc.common.GrpcError;
import io.vertx.grpc.common.GrpcErrorException;
import io.vertx.grpc.common.GrpcStatus;
import io.vmfactory.client.FactoryException.Code;
import io.vmfactory.configs.time.Deadline;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * An open gRPC call, unary or server-streaming. Runs on one event loop; waiting and cancelling are
 * possible from any thread.
 */
final class GrpcCall<A> {
  private final Context loop;
  private final GrpcFailures failures;
  private final @Nullable Deadline deadline;
  private final Consumer<A> listener;
  private final CompletableFuture<Void> accepted = new CompletableFuture<>();
  private final CompletableFuture<Void> ended = new CompletableFuture<>();
  private @Nullable GrpcClientRequest<?, A> request;

  GrpcCall(Context loop, GrpcFailures failures, @Nullable Deadline deadline, Consumer<A> listener) {
    this.loop = loop;
    this.failures = failures;
    this.deadline = deadline;
    this.listener = listener;
  }

  /** Returns a stage that completes when the daemon has accepted the call. */
  CompletableFuture<Void> accepted() {
    return accepted;
  }

  /**
   * Returns a stage that completes when the call has succeeded. It fails with {@link
   * FactoryException}.
   */
  CompletableFuture<Void> ended() {
    return ended;
  }

  /** Cancels the call. The daemon stops its work. */
  void cancel() {
    FactoryException why = new FactoryException(Code.CANCELLED, "the call was cancelled", null);
    try {
      loop.runOnContext(v -> end(why));
    } catch (RejectedExecutionException e) {
      fail(why); // The event loop and with it the connection have ended.
    }
  }

  /** Ends the call because the connection was lost or cannot be opened any more. */
  void lost(Throwable cause) {
    fail(failures.lost(cause));
  }

  void unreachable(Throwable cause) {
    fail(failures.unreachable(cause));
  }

  <Q> void send(GrpcClientRequest<Q, A> made, Q message) {
    request = made;
    if (ended.isDone()) {
      made.cancel();
      return;
    }
    if (deadline != null) {
      // Rounded up, so that the daemon's timeout comes first.
      made.timeout(deadline.remaining().toMillis() + 1, TimeUnit.MILLISECONDS);
    }
    made.exceptionHandler(this::broken);
    made.response().onSuccess(this::receive).onFailure(this::broken);
    made.end(message);
  }

  private void receive(GrpcClientResponse<?, A> response) {
    response.handler(this::onMessage);
    response.exceptionHandler(this::broken);
    response.errorHandler(this::reset);
    response.endHandler(v -> onEnd(response));
    if (response.status() == null) {
      accepted.complete(null);
    }
  }

  private void onMessage(A message) {
    if (ended.isDone()) {
      return;
    }
    try {
      listener.accept(message);
    } catch (RuntimeException e) {
      end(e);
    }
  }

  private void onEnd(GrpcClientResponse<?, A> response) {
    if (response.status() == GrpcStatus.OK) {
      accepted.complete(null);
      ended.complete(null);
    } else {
      fail(failures.refused(response));
    }
  }

  private void reset(GrpcError error) {
    boolean late = error == GrpcError.CANCELLED && deadline != null && deadline.passed();
    fail(failures.reset(late ? GrpcStatus.DEADLINE_EXCEEDED : error.status));
  }

  private void broken(Throwable cause) {
    if (cause instanceof GrpcErrorException cut && cut.error() != null) {
      reset(cut.error());
    } else {
      lost(cause);
    }
  }

  /** Ends the call on this side. */
  private void end(RuntimeException why) {
    fail(why);
    if (request != null) {
      request.cancel();
    }
  }

  /** Fails the call for its waiters. Only the first end of a call counts. */
  void fail(RuntimeException why) {
    accepted.completeExceptionally(why);
    ended.completeExceptionally(why);
  }
}
