package io.vmfactory.client;

import com.google.protobuf.Any;
import com.google.protobuf.Duration;
import com.google.protobuf.MessageLite;
import com.google.rpc.ErrorInfo;
import com.google.rpc.RetryInfo;
import com.google.rpc.Status;
import io.vertx.core.Vertx;
import io.vertx.core.net.SocketAddress;
import io.vertx.grpc.common.GrpcError;
import io.vertx.grpc.common.GrpcStatus;
import io.vertx.grpc.common.ServiceMethod;
import io.vertx.grpc.server.GrpcServer;
import io.vertx.grpc.server.GrpcServerOptions;
import io.vertx.grpc.server.GrpcServerRequest;
import io.vertx.grpc.server.GrpcServerResponse;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.BiConsumer;

/** A scripted daemon on a real UNIX socket. */
final class FakeDaemon implements AutoCloseable {
  private final Vertx vertx = Vertx.vertx();
  private final GrpcServer grpc;
  private final Map<ServiceMethod<?, ?>, BiConsumer<?, ?>> scripts = new ConcurrentHashMap<>();
  private final BlockingQueue<GrpcError> cancelled = new LinkedBlockingQueue<>();

  FakeDaemon(Path socket) {
    GrpcServerOptions options = new GrpcServerOptions().setScheduleDeadlineAutomatically(false);
    grpc = GrpcServer.server(vertx, options);
    vertx
        .createHttpServer()
        .requestHandler(grpc)
        .listen(SocketAddress.domainSocketAddress(socket.toString()))
        .await();
  }

  /** Serves {@code method} from now on. The script gets the message and its call. */
  <Q, A> void serve(ServiceMethod<Q, A> method, BiConsumer<Q, GrpcServerRequest<Q, A>> script) {
    if (scripts.put(method, script) == null) {
      grpc.callHandler(method, call -> take(method, call));
    }
  }

  @SuppressWarnings("unchecked") // serve() stores scripts under methods of their own types
  private <Q, A> void take(ServiceMethod<Q, A> method, GrpcServerRequest<Q, A> call) {
    var script = (BiConsumer<Q, GrpcServerRequest<Q, A>>) scripts.get(method);
    call.errorHandler(cancelled::add);
    // A reply sent while its request is still being read ends the connection if the caller cancels.
    call.handler(message -> vertx.runOnContext(v -> script.accept(message, call)));
  }

  /** Answers {@code method} with the same message every time. */
  <Q, A> void answer(ServiceMethod<Q, A> method, A message) {
    serve(method, (request, call) -> call.response().end(message));
  }

  /** Fails a call like the real daemon: code, message, reason and retry advice. */
  static void refuse(
      GrpcServerRequest<?, ?> call, GrpcStatus status, String message, MessageLite details) {
    GrpcServerResponse<?, ?> response = call.response();
    response.trailers().set("grpc-status-details-bin", base64(details));
    response.status(status).statusMessage(message).end();
  }

  static Status details(String message, String reason, int retrySeconds) {
    return Status.newBuilder()
        .setMessage(message)
        .addDetails(Any.pack(ErrorInfo.newBuilder().setReason(reason).build()))
        .addDetails(
            Any.pack(
                RetryInfo.newBuilder()
                    .setRetryDelay(Duration.newBuilder().setSeconds(retrySeconds))
                    .build()))
        .build();
  }

  private static String base64(MessageLite message) {
    return Base64.getEncoder().withoutPadding().encodeToString(message.toByteArray());
  }

  /** Waits until a client has cancelled a call. */
  GrpcError awaitCancelled() throws InterruptedException {
    return cancelled.take();
  }

  @Override
  public void close() {
    EventLoops.close(vertx);
  }
}
