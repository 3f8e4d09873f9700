package io.vmfactory.ttrpc;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import io.vmfactory.api.ttrpc.Request;
import io.vmfactory.api.ttrpc.Response;
import io.vmfactory.api.ttrpc.Status;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;

/**
 * The server's side of a connection: finds the requests in the bytes that a client sends, and forms
 * the answers. Confined to one thread.
 */
public final class TtrpcRequests {
  private final FrameReader reader;

  /** Takes the requests. */
  @FunctionalInterface
  public interface Receiver {
    /** Takes a request, which is answered with its stream id. */
    void take(int stream, Request request);
  }

  public TtrpcRequests(Receiver receiver) {
    this.reader =
        new FrameReader(frame -> receiver.take(frame.stream(), request(frame)), Frame.REQUEST);
  }

  private static Request request(Frame frame) throws ProtocolException {
    try {
      return Request.parseFrom(frame.data());
    } catch (InvalidProtocolBufferException e) {
      throw new ProtocolException("it sent a request that cannot be read: " + e.getMessage());
    }
  }

  /**
   * Takes received bytes.
   *
   * @throws ProtocolException if they are not requests; then close the connection
   */
  public void feed(ByteBuffer bytes) throws ProtocolException {
    reader.feed(bytes);
  }

  /** Returns the bytes of an answer. */
  public static byte[] answer(int stream, MessageLite reply) {
    return bytes(stream, Response.newBuilder().setPayload(reply.toByteString()).build());
  }

  /**
   * Returns the bytes of a refusal.
   *
   * @param code a gRPC status code, 1..16
   */
  public static byte[] refusal(int stream, int code, String message) {
    Status status = Status.newBuilder().setCode(code).setMessage(message).build();
    return bytes(stream, Response.newBuilder().setStatus(status).build());
  }

  private static byte[] bytes(int stream, Response response) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    new Frame(stream, Frame.RESPONSE, response.toByteArray()).writeTo(out);
    return out.toByteArray();
  }
}
