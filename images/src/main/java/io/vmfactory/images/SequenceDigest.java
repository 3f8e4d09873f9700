package io.vmfactory.images;

import io.vmfactory.linux.Sha256;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;

/**
 * A SHA-256 over a sequence of values. Includes the length of each value, so that different
 * sequences have different digests.
 */
final class SequenceDigest {
  private final MessageDigest digest = Sha256.start();
  private long length;

  SequenceDigest number(long value) {
    digest.update(ByteBuffer.allocate(Long.BYTES).putLong(value).flip());
    length++;
    return this;
  }

  SequenceDigest text(String text) {
    return bytes(text.getBytes(StandardCharsets.UTF_8));
  }

  SequenceDigest bytes(byte[] bytes) {
    return bytes(bytes, bytes.length);
  }

  SequenceDigest bytes(byte[] bytes, int count) {
    number(count);
    digest.update(bytes, 0, count);
    return this;
  }

  /** Returns the number of values. */
  long length() {
    return length;
  }

  /** Returns the digest as 64 lower-case hex digits. Call it once. */
  String hex() {
    return Sha256.hex(digest);
  }
}
