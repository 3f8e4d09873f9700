package io.vmfactory.runtime.commands;

import com.google.protobuf.InvalidProtocolBufferException;
import io.vmfactory.api.runtime.v1.ClientMessage;
import io.vmfactory.api.runtime.v1.ServiceMessage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.function.Consumer;

/**
 * Finds the messages of a client in the bytes that it sends, and forms the service's. The form is
 * in command.proto. Confined to one thread.
 */
final class ClientFrames {
  /** The most bytes of a message. */
  static final int MOST_BYTES = 4 << 20;

  private static final int HEADER = 4;

  private final Consumer<ClientMessage> receiver;
  private byte[] waiting = new byte[0];

  ClientFrames(Consumer<ClientMessage> receiver) {
    this.receiver = receiver;
  }

  /** Takes received bytes. Throws if they are not messages; then close the connection. */
  void feed(byte[] bytes) throws IOException {
    byte[] all = Arrays.copyOf(waiting, waiting.length + bytes.length);
    System.arraycopy(bytes, 0, all, waiting.length, bytes.length);
    int at = 0;
    while (all.length - at >= HEADER) {
      int length = ByteBuffer.wrap(all, at, HEADER).getInt();
      if (length < 0 || length > MOST_BYTES) {
        throw new IOException("a message has %d bytes".formatted(length & 0xFFFFFFFFL));
      }
      if (all.length - at - HEADER < length) {
        break;
      }
      receiver.accept(message(all, at + HEADER, length));
      at += HEADER + length;
    }
    waiting = Arrays.copyOfRange(all, at, all.length);
  }

  private static ClientMessage message(byte[] all, int at, int length) throws IOException {
    try {
      return ClientMessage.parser().parseFrom(all, at, length);
    } catch (InvalidProtocolBufferException e) {
      throw new IOException("a message cannot be read: " + e.getMessage(), e);
    }
  }

  /** Returns the bytes of a message. */
  static byte[] bytes(ServiceMessage message) {
    byte[] body = message.toByteArray();
    return ByteBuffer.allocate(HEADER + body.length).putInt(body.length).put(body).array();
  }
}
