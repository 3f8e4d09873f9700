package io.vmfactory.runtime.ttrpc;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import com.google.rpc.Status;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetSocket;
import io.vmfactory.api.runtime.v1.Container;
import io.vmfactory.api.runtime.v1.CreateContainerResponse;
import io.vmfactory.api.runtime.v1.RuntimeGrpcService;
import io.vmfactory.api.ttrpc.Request;
import io.vmfactory.configs.ErrorText;
import io.vmfactory.configs.time.Deadline;
import io.vmfactory.configs.time.Uninterrupted;
import io.vmfactory.factory.calls.ErrorMapper;
import io.vmfactory.factory.http.SocketPeer;
import io.vmfactory.runtime.ttrpc.EngineSocket.Verb;
import io.vmfactory.runtime.verbs.RuntimeVerbs;
import io.vmfactory.ttrpc.ProtocolException;
import io.vmfactory.ttrpc.TtrpcRequests;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One client of the engines' socket. If it leaves, its calls are interrupted, and a container that
 * was created for it meanwhile is removed. Confined to its event loop, except the work of calls.
 */
final class EngineConnection {
  private static final Logger log = LoggerFactory.getLogger(EngineConnection.class);
  private static final int UNIMPLEMENTED = 12;

  private final NetSocket socket;
  private final Map<String, Verb<?>> verbs;
  private final ExecutorService workers;
  private final Duration limit;
  private final RuntimeVerbs undo;
  private final Context loop = Vertx.currentContext();
  private final Set<Future<?>> running = new HashSet<>();
  private final TtrpcRequests requests = new TtrpcRequests(this::take);
  private boolean open = true;

  EngineConnection(
      NetSocket socket,
      Map<String, Verb<?>> verbs,
      ExecutorService workers,
      Duration limit,
      RuntimeVerbs undo) {
    this.socket = socket;
    this.verbs = verbs;
    this.workers = workers;
    this.limit = limit;
    this.undo = undo;
  }

  /** Begins to read. */
  void open() {
    socket.handler(this::feed);
    socket.closeHandler(closed -> close());
    socket.exceptionHandler(failure -> log.debug("an engine's connection", failure));
  }

  private void feed(Buffer bytes) {
    try {
      requests.feed(ByteBuffer.wrap(bytes.getBytes()));
    } catch (ProtocolException e) {
      log.warn("an engine's connection is closed: {}", e.getMessage());
      var unused = socket.close();
    }
  }

  private void close() {
    open = false;
    running.forEach(call -> call.cancel(true));
  }

  private void take(int stream, Request request) {
    SocketPeer.hasAsked(socket);
    Verb<?> verb =
        request.getService().equals(RuntimeGrpcService.SERVICE_NAME.fullyQualifiedName())
            ? verbs.get(request.getMethod())
            : null;
    if (verb == null) {
      String name = request.getService() + "/" + request.getMethod();
      send(TtrpcRequests.refusal(stream, UNIMPLEMENTED, "there is no call " + name));
      return;
    }
    long nanos = request.getTimeoutNano();
    Deadline deadline = Deadline.after(nanos > 0 ? Duration.ofNanos(nanos) : limit);
    byte[] payload = request.getPayload().toByteArray();
    running.removeIf(Future::isDone);
    running.add(workers.submit(() -> work(stream, verb, payload, deadline)));
  }

  private void work(int stream, Verb<?> verb, byte[] payload, Deadline deadline) {
    try {
      MessageLite reply = verb.run(payload, deadline);
      loop.runOnContext(v -> answer(TtrpcRequests.answer(stream, reply), reply));
    } catch (InvalidProtocolBufferException | RuntimeException | Error e) {
      Status status = ErrorMapper.toStatus(e);
      log.debug("an engine's call: {}", status.getMessage(), e);
      byte[] refusal = TtrpcRequests.refusal(stream, status.getCode(), status.getMessage());
      loop.runOnContext(v -> answer(refusal, null));
    }
  }

  private void answer(byte[] bytes, @Nullable MessageLite reply) {
    if (open) {
      send(bytes);
    } else if (reply instanceof CreateContainerResponse made) {
      var unused = workers.submit(() -> remove(made.getContainer()));
    }
  }

  private void send(byte[] bytes) {
    var unused = socket.write(Buffer.buffer(bytes));
  }

  private void remove(Container made) {
    try {
      Uninterrupted.run(() -> undo.takeBack(made, Deadline.after(limit)));
    } catch (RuntimeException e) {
      log.warn("container {}, whose client is gone: {}", made.getId(), ErrorText.of(e));
    }
  }
}
