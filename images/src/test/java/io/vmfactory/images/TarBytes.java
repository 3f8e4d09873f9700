package io.vmfactory.images;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;

/** Writes a tar archive byte by byte, so that a test can create any malformed archive. */
final class TarBytes {
  private static final int BLOCK = 512;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private int mode = 0644;
  private long uid;
  private long gid;

  private long major = 1;
  private long minor = 3;

  TarBytes device(String name, long majorNumber, long minorNumber) {
    major = majorNumber;
    minor = minorNumber;
    return entry('3', name, "", new byte[0]);
  }

  /** Sets the mode of the following entries. */
  TarBytes mode(int bits) {
    mode = bits;
    return this;
  }

  /** Sets the owner of the following entries. */
  TarBytes owner(long user, long group) {
    uid = user;
    gid = group;
    return this;
  }

  TarBytes file(String name, String content) {
    return entry('0', name, "", content.getBytes(UTF_8));
  }

  TarBytes directory(String name) {
    return entry('5', name, "", new byte[0]);
  }

  TarBytes link(String name, String target) {
    return entry('2', name, target, new byte[0]);
  }

  TarBytes hardLink(String name, String target) {
    return entry('1', name, target, new byte[0]);
  }

  /** Sets a pax {@code key} of the next entry. */
  TarBytes pax(String key, String value) {
    String rest = " " + key + "=" + value + "\n";
    int length = rest.length() + 1;
    while ((length + rest).length() != length) {
      length++;
    }
    return entry('x', "pax", "", (length + rest).getBytes(ISO_8859_1));
  }

  TarBytes entry(char type, String name, String target, byte[] content) {
    return header(type, name, target, content.length).bytes(content);
  }

  /** Writes only the header of a file of {@code size} bytes. */
  TarBytes header(char type, String name, String target, long size) {
    byte[] header = new byte[BLOCK];
    put(header, 0, name);
    put(header, 100, "%07o".formatted(mode));
    put(header, 108, "%07o".formatted(uid));
    put(header, 116, "%07o".formatted(gid));
    put(header, 124, "%011o".formatted(size));
    put(header, 136, "%011o".formatted(1_600_000_000L));
    put(header, 148, "        ");
    header[156] = (byte) type;
    put(header, 157, target);
    put(header, 257, "ustar\00000");
    put(header, 329, "%07o".formatted(major));
    put(header, 337, "%07o".formatted(minor));
    int sum = 0;
    for (byte each : header) {
      sum += each & 0xFF;
    }
    put(header, 148, "%06o\0 ".formatted(sum));
    out.writeBytes(header);
    return this;
  }

  /** Writes content, padded with zeroes to the next block. */
  TarBytes bytes(byte[] content) {
    out.writeBytes(content);
    out.writeBytes(new byte[-content.length & (BLOCK - 1)]);
    return this;
  }

  private static void put(byte[] header, int start, String text) {
    byte[] bytes = text.getBytes(ISO_8859_1);
    System.arraycopy(bytes, 0, header, start, bytes.length);
  }

  /** Returns the bytes so far, without the end of the archive. */
  byte[] cut() {
    return out.toByteArray();
  }

  byte[] whole() {
    out.writeBytes(new byte[2 * BLOCK]);
    return out.toByteArray();
  }
}
