package io.vmfactory.images;

import io.vmfactory.images.ImageException.Reason;

/**
 * A file in a tar archive. Names are bytes, each a character of ISO 8859-1.
 *
 * @param link target of a symbolic link, or the name of the file that a hard link is another name
 *     of
 */
record TarEntry(String name, Type type, Metadata metadata, long size, String link, Device device) {
  enum Type {
    FILE,
    HARD_LINK,
    LINK,
    CHARACTER,
    BLOCK,
    DIRECTORY,
    PIPE;

    /**
     * @param flag as the header has it
     * @param name in archives of old, a slash at its end makes a directory
     */
    static Type of(char flag, String name) {
      return switch (flag) {
        case '0', '\0', '7' -> name.endsWith("/") ? DIRECTORY : FILE;
        case '1' -> HARD_LINK;
        case '2' -> LINK;
        case '3' -> CHARACTER;
        case '4' -> BLOCK;
        case '5' -> DIRECTORY;
        case '6' -> PIPE;
        default ->
            throw new ImageException(
                Reason.INVALID, "%s: has the unknown type '%c'".formatted(name, flag));
      };
    }
  }

  record Device(long major, long minor) {}
}
