package io.vmfactory.images;

import io.vmfactory.configs.time.Deadline;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.zip.GZIPInputStream;

/**
 * How a layer is compressed. Its first bytes say so; its media type is not asked, because it is
 * wrong in many images.
 */
enum Compression {
  NONE,
  GZIP,
  ZSTD;

  private static final int BUFFER = 1 << 16;
  private static final int GZIP_MAGIC = 0x8B1F;
  private static final long ZSTD_MAGIC = 0xFD2FB528L;

  /** A frame that a decompressor skips; the last 4 bits are free. */
  private static final long ZSTD_SKIPPED = 0x184D2A50L;

  /** Returns the compression of {@code blob}, without taking bytes from it. */
  static Compression of(BufferedInputStream blob) throws IOException {
    blob.mark(Integer.BYTES);
    byte[] first = blob.readNBytes(Integer.BYTES);
    blob.reset();
    long magic = 0;
    for (int i = 0; i < first.length; i++) {
      magic |= (first[i] & 0xFFL) << (8 * i);
    }
    if ((magic & 0xFFFF) == GZIP_MAGIC) {
      return GZIP;
    }
    return magic == ZSTD_MAGIC || (magic & ~0xFL) == ZSTD_SKIPPED ? ZSTD : NONE;
  }

  /**
   * Returns the plain content of {@code blob}. At its end, {@code blob} has been read so far as the
   * content needs it. Close the result before {@code blob}.
   */
  InputStream open(InputStream blob, Deadline deadline) throws IOException {
    return switch (this) {
      case NONE -> blob;
      case GZIP -> new GZIPInputStream(blob, BUFFER);
      case ZSTD -> ZstdStream.open(blob, System.getenv().getOrDefault("PATH", ""), deadline);
    };
  }
}
