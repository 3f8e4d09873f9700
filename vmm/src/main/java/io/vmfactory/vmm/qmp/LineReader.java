package io.vmfactory.vmm.qmp;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.function.Consumer;

/** Joins received bytes into lines, however the bytes are split. Confined to one thread. */
final class LineReader {
  private final int mostBytes;
  private final Consumer<byte[]> sink;
  private final ByteArrayOutputStream begun = new ByteArrayOutputStream(0);

  /**
   * @param mostBytes length of the longest line, in bytes
   * @param sink gets each line without its end
   */
  LineReader(int mostBytes, Consumer<byte[]> sink) {
    this.mostBytes = mostBytes;
    this.sink = sink;
  }

  /**
   * Hands every line that is now complete to the sink.
   *
   * @throws IllegalStateException when a line is longer than allowed
   */
  void feed(ByteBuffer more) {
    while (more.hasRemaining()) {
      int end = indexOfNewline(more);
      byte[] piece = new byte[(end < 0 ? more.limit() : end) - more.position()];
      more.get(piece);
      if (begun.size() + piece.length > mostBytes) {
        throw new IllegalStateException("a line is longer than " + mostBytes + " bytes");
      }
      if (end < 0) {
        begun.writeBytes(piece);
        return;
      }
      more.get(); // the newline
      sink.accept(whole(piece));
    }
  }

  private byte[] whole(byte[] last) {
    if (begun.size() == 0) {
      return last;
    }
    begun.writeBytes(last);
    byte[] line = begun.toByteArray();
    begun.reset();
    return line;
  }

  private static int indexOfNewline(ByteBuffer bytes) {
    for (int i = bytes.position(); i < bytes.limit(); i++) {
      if (bytes.get(i) == '\n') {
        return i;
      }
    }
    return -1;
  }
}
