package io.vmfactory.ttrpc;

import io.vertx.core.buffer.Buffer;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Puts frames together from bytes as they come, however they are cut; copies each byte once.
 * Confined to one thread.
 */
final class FrameReader {
  private final Sink sink;
  private final ByteBuffer header = ByteBuffer.allocate(Frame.HEADER_BYTES);

  /** Of the frame whose header is complete; null = the header is not. */
  private byte @Nullable [] data;

  private int dataRead;

  /** Takes a complete frame, or finds that it is nonsense. */
  interface Sink {
    void accept(Frame frame) throws ProtocolException;
  }

  FrameReader(Sink sink) {
    this.sink = sink;
  }

  /**
   * Hands every frame that is now complete to the sink.
   *
   * @throws ProtocolException at the first header that cannot be an answer; there is no way to find
   *     the next frame after it
   */
  void feed(Buffer more) throws ProtocolException {
    int at = 0;
    while (at < more.length()) {
      at += data == null ? feedHeader(more, at) : feedData(more, at, data);
      if (data != null && dataRead == data.length) {
        sink.accept(new Frame(header.getInt(4), header.get(8), data));
        header.clear();
        data = null;
      }
    }
  }

  /** Returns how many bytes it took. */
  private int feedHeader(Buffer more, int at) throws ProtocolException {
    int taken = Math.min(header.remaining(), more.length() - at);
    header.put(more.getBytes(at, at + taken));
    if (!header.hasRemaining()) {
      data = new byte[checkedLength()];
      dataRead = 0;
    }
    return taken;
  }

  private int feedData(Buffer more, int at, byte[] into) {
    int taken = Math.min(into.length - dataRead, more.length() - at);
    more.getBytes(at, at + taken, into, dataRead);
    dataRead += taken;
    return taken;
  }

  private int checkedLength() throws ProtocolException {
    long length = Integer.toUnsignedLong(header.getInt(0));
    byte type = header.get(8);
    if (type != Frame.RESPONSE) {
      throw new ProtocolException("it sent a frame of type %d, not an answer".formatted(type));
    }
    if (length > Frame.MAX_DATA_BYTES) {
      throw new ProtocolException(
          "it sent a frame of %d bytes, the protocol allows %d"
              .formatted(length, Frame.MAX_DATA_BYTES));
    }
    return (int) length;
  }
}
