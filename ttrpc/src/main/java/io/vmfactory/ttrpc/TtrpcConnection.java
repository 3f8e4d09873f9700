package io.vmfactory.ttrpc;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import io.vmfactory.api.ttrpc.Request;
import io.vmfactory.api.ttrpc.Response;
import io.vmfactory.configs.time.Deadline;
import io.vmfactory.linux.StreamSocket;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * A ttRPC connection. Each call has an id. Answers come in any order and find their call by that
 * id. A broken connection stays broken. Thread-safe.
 */
public final class TtrpcConnection implements StreamSocket.Receiver, AutoCloseable {
  /** A time limit of zero means that there is none. */
  private static final long NO_LIMIT = 0;

  private final StreamSocket socket;
  private final String peer;
  private final FrameReader reader = new FrameReader(this::onFrame);
  private final Map<Integer, Pending> pending = new HashMap<>();
  private final CompletableFuture<String> broken = new CompletableFuture<>();
  private int nextStream = firstStream();
  private @Nullable String goneBecause;

  private TtrpcConnection(StreamSocket socket, String peer) {
    this.socket = socket;
    this.peer = peer;
  }

  /**
   * Makes a connection over {@code socket}, which must not have been started.
   *
   * @param peer name of the other side in errors
   */
  public static TtrpcConnection over(StreamSocket socket, String peer) {
    TtrpcConnection connection = new TtrpcConnection(socket, peer);
    socket.start(connection);
    return connection;
  }

  /**
   * Returns a random first id. A late answer to an earlier connection of the same serial port must
   * not pass for an answer to this one.
   */
  private static int firstStream() {
    return 2 * ThreadLocalRandom.current().nextInt(1 << 29) + 1;
  }

  /** Makes one call and waits for its answer. */
  public <R extends MessageLite> R call(Rpc<R> rpc, MessageLite request, Deadline deadline) {
    return rpc.read(send(List.of(rpc.with(request)), deadline).await().get(0));
  }

  /**
   * Makes one call without a time limit and does not wait. The stage completes with the answer or
   * fails with the connection, on the thread that reads the connection.
   */
  public <R extends MessageLite> CompletionStage<R> start(Rpc<R> rpc, MessageLite request) {
    Rpc.Call call = rpc.with(request);
    call.requireFits();
    Pending sent = register(call);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    frame(call, sent.stream(), NO_LIMIT).writeTo(out);
    socket.write(out.toByteArray());
    return sent.payload().thenApply(rpc::read);
  }

  /** Sends {@code calls} in one write. The caller waits for the answers until {@code deadline}. */
  public Exchange send(List<Rpc.Call> calls, Deadline deadline) {
    calls.forEach(Rpc.Call::requireFits);
    List<Pending> sent = calls.stream().map(this::register).toList();
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (int i = 0; i < sent.size(); i++) {
      long nanos = Math.max(1, deadline.remaining().toNanos());
      frame(calls.get(i), sent.get(i).stream(), nanos).writeTo(out);
    }
    socket.write(out.toByteArray());
    return new Exchange(sent, deadline);
  }

  /** Calls that were sent together. */
  public final class Exchange {
    private final List<Pending> sent;
    private final Deadline deadline;

    private Exchange(List<Pending> sent, Deadline deadline) {
      this.sent = sent;
      this.deadline = deadline;
    }

    /**
     * Waits until each call is answered. Returns the payloads in the order of the calls. Throws the
     * error of the first call that failed.
     */
    public List<ByteString> await() {
      try {
        return sent.stream().map(call -> call.await(socket, deadline)).toList();
      } finally {
        forget(sent);
      }
    }
  }

  private static Frame frame(Rpc.Call call, int stream, long timeoutNanos) {
    Request request =
        Request.newBuilder()
            .setService(call.rpc().service())
            .setMethod(call.rpc().method())
            .setPayload(call.request())
            .setTimeoutNano(timeoutNanos)
            .build();
    return new Frame(stream, Frame.REQUEST, request.toByteArray());
  }

  private synchronized Pending register(Rpc.Call call) {
    String what = call.rpc() + " of " + peer;
    Pending waiting = new Pending(what, nextStream, new CompletableFuture<>());
    nextStream += 2;
    if (goneBecause == null) {
      pending.put(waiting.stream(), waiting);
    } else {
      waiting.connectionGone(goneBecause);
    }
    return waiting;
  }

  private synchronized void forget(List<Pending> calls) {
    calls.forEach(call -> pending.remove(call.stream()));
  }

  @Override
  public void received(ByteBuffer bytes) {
    try {
      reader.feed(bytes);
    } catch (ProtocolException e) {
      gone(String.valueOf(e.getMessage()));
      close();
    }
  }

  /** Drops an answer that comes after its caller has stopped waiting. */
  private void onFrame(Frame frame) throws ProtocolException {
    Response response = response(frame);
    Pending waiting;
    synchronized (this) {
      waiting = pending.remove(frame.stream());
    }
    if (waiting != null) {
      waiting.answer().complete(response);
    }
  }

  private static Response response(Frame frame) throws ProtocolException {
    try {
      return Response.parseFrom(frame.data());
    } catch (InvalidProtocolBufferException e) {
      throw new ProtocolException("it sent an answer that cannot be read: " + e.getMessage());
    }
  }

  /** Completes with the reason when the connection breaks or is closed from this side. */
  public CompletionStage<String> broken() {
    return broken.minimalCompletionStage();
  }

  private void gone(String reason) {
    List<Pending> failed;
    synchronized (this) {
      goneBecause = goneBecause == null ? reason : goneBecause;
      failed = new ArrayList<>(pending.values());
      pending.clear();
    }
    broken.complete(reason);
    failed.forEach(call -> call.connectionGone(reason));
  }

  @Override
  public void ended(String why) {
    gone(why);
  }

  @Override
  public void close() {
    socket.close();
  }
}
