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
 * One gRPC call under way, unary or server-streaming. Everything but waiting and cancelling happens
 * on one event loop.
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

  /** Completes when the daemon has taken the call up. */
  CompletableFuture<Void> accepted() {
    return accepted;
  }

  /** Completes when the daemon has ended the call well; fails with {@link FactoryException}. */
  CompletableFuture<Void> ended() {
    return ended;
  }

  /** Calls the call off. The daemon stops its work. */
  void cancel() {
    FactoryException why = new FactoryException(Code.CANCELLED, "called off", null);
    try {
      loop.runOnContext(v -> end(why));
    } catch (RejectedExecutionException e) {
      fail(why); // The event loop has ended, and the connection with it.
    }
  }

  /** The connection has ended, or there is none to be had any more. */
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
      // Rounded up, so that what the daemon cuts off in time is over here too.
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

  /** Ends the call from this side. */
  private void end(RuntimeException why) {
    fail(why);
    if (request != null) {
      request.cancel();
    }
  }

  /** Ends the call for those who wait for it; the first end counts. */
  void fail(RuntimeException why) {
    accepted.completeExceptionally(why);
    ended.completeExceptionally(why);
  }
}
