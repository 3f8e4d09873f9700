package io.vmfactory.ttrpc;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Joins received bytes into frames, however the bytes are split; copies each byte once. Confined to
 * one thread.
 */
final class FrameReader {
  private final Sink sink;
  private final byte expected;
  private final ByteBuffer header = ByteBuffer.allocate(Frame.HEADER_BYTES);

  /** Data of the frame whose header is complete; null = the header is incomplete. */
  private byte @Nullable [] data;

  private int dataRead;

  /** Takes a complete frame, or throws if it makes no sense. */
  interface Sink {
    void accept(Frame frame) throws ProtocolException;
  }

  /** Makes a reader of answers. */
  FrameReader(Sink sink) {
    this(sink, Frame.RESPONSE);
  }

  /**
   * @param expected the only type of frame that the other side may send
   */
  FrameReader(Sink sink, byte expected) {
    this.sink = sink;
    this.expected = expected;
  }

  /**
   * Hands every frame that is now complete to the sink.
   *
   * @throws ProtocolException at the first header of another type; the next frame cannot be found
   *     after it
   */
  void feed(ByteBuffer more) throws ProtocolException {
    while (more.hasRemaining()) {
      if (data == null) {
        feedHeader(more);
      } else {
        int taken = Math.min(data.length - dataRead, more.remaining());
        more.get(data, dataRead, taken);
        dataRead += taken;
      }
      if (data != null && dataRead == data.length) {
        sink.accept(new Frame(header.getInt(4), header.get(8), data));
        header.clear();
        data = null;
      }
    }
  }

  private void feedHeader(ByteBuffer more) throws ProtocolException {
    while (header.hasRemaining() && more.hasRemaining()) {
      header.put(more.get());
    }
    if (!header.hasRemaining()) {
      data = new byte[checkedLength()];
      dataRead = 0;
    }
  }

  private int checkedLength() throws ProtocolException {
    long length = Integer.toUnsignedLong(header.getInt(0));
    byte type = header.get(8);
    if (type != expected) {
      throw new ProtocolException(
          "it sent a frame of type %d, not %s"
              .formatted(type, expected == Frame.RESPONSE ? "an answer" : "a request"));
    }
    if (length > Frame.MAX_DATA_BYTES) {
      throw new ProtocolException(
          "it sent a frame of %d bytes, the protocol allows %d"
              .formatted(length, Frame.MAX_DATA_BYTES));
    }
    return (int) length;
  }
}
