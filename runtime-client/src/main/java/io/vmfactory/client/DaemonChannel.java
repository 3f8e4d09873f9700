package io.vmfactory.client;

import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.net.SocketAddress;
import io.vertx.grpc.client.GrpcClient;
import io.vertx.grpc.client.GrpcClientOptions;
import io.vertx.grpc.common.ServiceMethod;
import io.vmfactory.client.FactoryException.Code;
import io.vmfactory.configs.ErrorText;
import io.vmfactory.configs.host.DaemonSocket;
import io.vmfactory.configs.time.CancelledException;
import io.vmfactory.configs.time.Deadline;
import io.vmfactory.configs.time.DeadlineExceededException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A connection to a server on one UNIX socket: HTTP/2, cleartext, prior knowledge. */
final class DaemonChannel {
  /** The status of many VMs exceeds gRPC's default limit. */
  private static final int MAX_MESSAGE_BYTES = 16 << 20;

  /**
   * How much longer than the deadline this side waits, so that the daemon can end the call first
   * and report the cause.
   */
  private static final Duration GRACE = Duration.ofMillis(500);

  private final Context loop;
  private final GrpcClient client;
  private final SocketAddress address;
  private final GrpcFailures failures;
  private final Set<GrpcCall<?>> openCalls = ConcurrentHashMap.newKeySet();
  private boolean closed;

  DaemonChannel(Vertx vertx, Path socket) {
    this(vertx, socket, GrpcFailures.Server.DAEMON);
  }

  DaemonChannel(Vertx vertx, Path socket, GrpcFailures.Server server) {
    GrpcClientOptions grpc = new GrpcClientOptions().setMaxMessageSize(MAX_MESSAGE_BYTES);
    HttpClientOptions http =
        new HttpClientOptions()
            .setProtocolVersion(HttpVersion.HTTP_2)
            .setHttp2ClearTextUpgrade(false);
    this.loop = vertx.getOrCreateContext();
    this.client = GrpcClient.client(vertx, grpc, http);
    this.address = SocketAddress.domainSocketAddress(socket.toString());
    this.failures = new GrpcFailures(server, socket);
  }

  /**
   * Starts a call. Runs {@code listener} on the event loop, once per message. On a closed channel
   * the call fails at once; when the channel is closed, open calls fail at once.
   */
  <Q, A> GrpcCall<A> start(
      ServiceMethod<A, Q> method, Q message, @Nullable Deadline deadline, Consumer<A> listener) {
    GrpcCall<A> call = new GrpcCall<>(loop, failures, deadline, listener);
    FactoryException refusal = refusal();
    if (refusal != null) {
      call.fail(refusal);
    } else if (admit(call)) {
      var unused = call.ended().whenComplete((nothing, failure) -> openCalls.remove(call));
      onLoop(call, () -> send(call, method, message));
    } else {
      call.fail(new FactoryException(Code.CANCELLED, "this client is closed", null));
    }
    return call;
  }

  /** Returns why this client does not speak to the socket; null if it does. */
  private @Nullable FactoryException refusal() {
    try {
      DaemonSocket.require(failures.socket());
      return null;
    } catch (IOException e) {
      return new FactoryException(Code.FORBIDDEN, ErrorText.of(e), e);
    }
  }

  private synchronized boolean admit(GrpcCall<?> call) {
    return !closed && openCalls.add(call);
  }

  private <Q, A> void send(GrpcCall<A> call, ServiceMethod<A, Q> method, Q message) {
    client
        .request(address, method)
        .onSuccess(request -> step(call, () -> call.send(request, message)))
        .onFailure(call::unreachable);
  }

  /** Runs a step on the event loop. A closed client or event loop counts as a lost connection. */
  private void onLoop(GrpcCall<?> call, Runnable step) {
    try {
      loop.runOnContext(v -> step(call, step));
    } catch (RejectedExecutionException e) {
      call.lost(e);
    }
  }

  private static void step(GrpcCall<?> call, Runnable step) {
    try {
      step.run();
    } catch (IllegalStateException e) {
      call.lost(e);
    }
  }

  /** Makes a call and waits for its end. Returns the last message; a unary call has only one. */
  <Q, A> A last(ServiceMethod<A, Q> method, Q message, Deadline deadline, Consumer<A> listener) {
    AtomicReference<@Nullable A> last = new AtomicReference<>();
    GrpcCall<A> call = start(method, message, deadline, listener.andThen(last::set));
    await(call, call.ended(), deadline, method.methodName());
    A answer = last.get();
    if (answer == null) {
      throw new FactoryException(
          Code.FAILED,
          "%s ended %s without an answer".formatted(failures.server(), method.methodName()),
          null);
    }
    return answer;
  }

  /** Makes a unary call and waits for its reply. */
  <Q, A> A unary(ServiceMethod<A, Q> method, Q message, Deadline deadline) {
    return last(method, message, deadline, answer -> {});
  }

  /** Waits for a stage of {@code call}. Cancels the call if the wait fails. */
  void await(GrpcCall<?> call, CompletableFuture<Void> stage, Deadline deadline, String name) {
    Duration span = deadline.remaining();
    try {
      Deadline.after(span.plus(GRACE)).await(stage, name);
    } catch (DeadlineExceededException e) {
      call.cancel();
      throw new FactoryException(
          Code.DEADLINE,
          "%s at %s did not answer %s within %d ms"
              .formatted(failures.server(), failures.socket(), name, span.toMillis()),
          e);
    } catch (CancelledException e) {
      call.cancel();
      throw e;
    }
  }

  void close() {
    List<GrpcCall<?>> last;
    synchronized (this) {
      closed = true;
      last = List.copyOf(openCalls);
    }
    client.close();
    last.forEach(call -> call.lost(new IllegalStateException("this client was closed")));
  }
}
