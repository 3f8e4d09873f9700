package io.vmfactory.images.ext4;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * The checksum of metadata: CRC-32C over the identity of the file system, and then the metadata.
 */
final class Checksum {
  private final CRC32C crc = new CRC32C();
  private final ByteBuffer number = Layout.buffer(Long.BYTES);

  /** Begins a checksum of anything but the superblock. */
  Checksum begin() {
    return bare().bytes(Layout.uuid(), 0, 16);
  }

  /** Begins a checksum without the identity. */
  Checksum bare() {
    crc.reset();
    return this;
  }

  /** Begins the checksum of something that belongs to an inode. */
  Checksum ofInode(int inode) {
    return begin().number(inode).number(0);
  }

  Checksum number(int value) {
    number.putInt(0, value);
    crc.update(Layout.array(number), 0, Integer.BYTES);
    return this;
  }

  Checksum number(long value) {
    number.putLong(0, value);
    crc.update(Layout.array(number), 0, Long.BYTES);
    return this;
  }

  Checksum bytes(byte[] bytes, int start, int count) {
    crc.update(bytes, start, count);
    return this;
  }

  /** Returns the checksum. The file system stores it without the inversion that ends a CRC-32C. */
  int value() {
    return ~(int) crc.getValue();
  }
}
