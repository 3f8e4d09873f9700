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
 * One ttRPC connection: calls go out with an id each, answers come back in any order and find their
 * call by that id. Once broken it stays broken. Thread-safe.
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
   * Speaks over {@code socket}, which nobody has started yet.
   *
   * @param peer the other side, as errors name it
   */
  public static TtrpcConnection over(StreamSocket socket, String peer) {
    TtrpcConnection connection = new TtrpcConnection(socket, peer);
    socket.start(connection);
    return connection;
  }

  /**
   * Not always 1: what a guest still had to say to an earlier connection of the same serial port
   * must not pass for an answer to this one.
   */
  private static int firstStream() {
    return 2 * ThreadLocalRandom.current().nextInt(1 << 29) + 1;
  }

  /** Makes one call and waits for its answer. */
  public <R extends MessageLite> R call(Rpc<R> rpc, MessageLite request, Deadline deadline) {
    return rpc.read(send(List.of(rpc.with(request)), deadline).await().get(0));
  }

  /**
   * Makes one call that may take as long as it takes and holds up nobody: it ends with its answer
   * or with the connection. Its stage completes on the thread that reads the connection.
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

  /** Sends {@code calls} in one write. The answers can be waited for until {@code deadline}. */
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
     * Waits until each call is answered. Returns the payloads in the order of the calls; throws
     * what the first failed one says.
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

  /** An answer that nobody waits for any more came too late and is dropped. */
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

  /** Completes when it is broken, or closed from this side, and says why. */
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
