package io.vmfactory.ttrpc;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;

/**
 * A remote procedure.
 *
 * @param service name of its service on the wire
 * @param method its name
 * @param answer parses its answer
 */
public record Rpc<R extends MessageLite>(String service, String method, Parser<R> answer) {
  /**
   * Largest request in bytes. A frame also holds the names of service and procedure, and the limit.
   */
  private static final int MAX_REQUEST_BYTES = Frame.MAX_DATA_BYTES - 256;

  /** Returns a call of this procedure with {@code request}. */
  public Call with(MessageLite request) {
    return new Call(this, request.toByteString());
  }

  /** Parses the payload of an answer. */
  public R read(ByteString payload) {
    try {
      return answer.parseFrom(payload);
    } catch (InvalidProtocolBufferException e) {
      throw new TtrpcException(
          TtrpcException.INTERNAL, "the answer to " + this + " cannot be read", e);
    }
  }

  @Override
  public String toString() {
    return service + "/" + method;
  }

  /** A procedure and its request. */
  public record Call(Rpc<?> rpc, ByteString request) {
    /** Throws when the request does not fit one frame. */
    void requireFits() {
      if (request.size() > MAX_REQUEST_BYTES) {
        throw new TtrpcException(
            TtrpcException.RESOURCE_EXHAUSTED,
            "%s failed: its request has %d bytes, the protocol allows %d"
                .formatted(rpc, request.size(), MAX_REQUEST_BYTES),
            null);
      }
    }
  }
}
