package io.vmfactory.images.ext4;

import java.io.IOException;

/** Where the content of a file comes from. */
public interface Content {
  /**
   * Reads the next bytes.
   *
   * @param offset where they are in the file; greater with every call
   * @param count how many: no more and no fewer
   */
  void read(long offset, byte[] into, int count) throws IOException;

  /**
   * Returns where the next data is, at {@code offset} or after it. All before it is zeroes. At or
   * after the end of the file if no data follows.
   */
  default long nextData(long offset) throws IOException {
    return offset;
  }
}
