package io.vmfactory.guest.ttrpc;

import io.vertx.core.buffer.Buffer;

/** Puts frames together from bytes as they come, however they are cut. Confined to one thread. */
final class FrameReader {
  private final Sink sink;
  private Buffer pending = Buffer.buffer();

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
    pending.appendBuffer(more);
    int at = 0;
    while (pending.length() - at >= Frame.HEADER_BYTES) {
      int end = at + Frame.HEADER_BYTES + checkedLength(at);
      if (pending.length() < end) {
        break;
      }
      sink.accept(frame(at, end));
      at = end;
    }
    if (at > 0) {
      pending = pending.getBuffer(at, pending.length());
    }
  }

  private int checkedLength(int at) throws ProtocolException {
    long length = pending.getUnsignedInt(at);
    byte type = pending.getByte(at + 8);
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

  private Frame frame(int at, int end) {
    return new Frame(
        pending.getInt(at + 4),
        pending.getByte(at + 8),
        pending.getBytes(at + Frame.HEADER_BYTES, end));
  }
}
