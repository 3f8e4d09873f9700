package io.vmfactory.linux;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.nio.ByteBuffer;
import java.util.Optional;

/** Reads the attributes of a message of netlink(7), and those inside others. */
final class NetlinkAttributes {
  /** struct nlattr: length, type. */
  private static final int HEADER = 4;

  private static final int ALIGNED = 4;

  /** The type without the flags for nesting and byte order. */
  private static final int TYPE_MASK = 0x3fff;

  private NetlinkAttributes() {}

  /**
   * Returns the content of the first attribute of that type.
   *
   * @param message its limit is the end of the attributes
   * @param begin where the first attribute is
   */
  static Optional<ByteBuffer> inner(ByteBuffer message, int begin, short type) {
    int at = begin;
    while (at + HEADER <= message.limit()) {
      int length = Short.toUnsignedInt(message.getShort(at));
      if (length < HEADER || at + length > message.limit()) {
        return Optional.empty();
      }
      if ((message.getShort(at + 2) & TYPE_MASK) == type) {
        return Optional.of(message.slice(at + HEADER, length - HEADER).order(message.order()));
      }
      at += (length + ALIGNED - 1) & -ALIGNED;
    }
    return Optional.empty();
  }

  /** Returns an attribute that is a string, without its NUL; empty if the message has none. */
  static String text(ByteBuffer message, int begin, short type) {
    return inner(message, begin, type)
        .map(US_ASCII::decode)
        .map(Object::toString)
        .map(text -> text.replace("\0", ""))
        .orElse("");
  }
}
