package io.vmfactory.images.ext4;

/** The type of a file, with its bits in a mode and its number in a directory entry. */
public enum FileType {
  FILE(0100000, 1),
  DIRECTORY(0040000, 2),
  CHARACTER(0020000, 3),
  BLOCK(0060000, 4),
  PIPE(0010000, 5),
  SOCKET(0140000, 6),
  LINK(0120000, 7);

  private static final int MASK = 0170000;

  private final int bits;
  private final int entry;

  FileType(int bits, int entry) {
    this.bits = bits;
    this.entry = entry;
  }

  /** Returns the type in the mode of stat(2). */
  public static FileType ofMode(int mode) {
    for (FileType type : values()) {
      if (type.bits == (mode & MASK)) {
        return type;
      }
    }
    throw new IllegalArgumentException("a mode without a type: 0" + Integer.toOctalString(mode));
  }

  /** Returns the bits of the type in a mode. */
  int bits() {
    return bits;
  }

  /** Returns the number of the type in a directory entry. */
  int entry() {
    return entry;
  }
}
