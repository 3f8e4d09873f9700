package io.vmfactory.images.ext4;

/** Thrown when a file system cannot hold what it is given, or cannot be read. */
public final class Ext4Exception extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final boolean full;

  private Ext4Exception(boolean full, String message) {
    super(message);
    this.full = full;
  }

  /** The file system is too small. */
  static Ext4Exception full(String message) {
    return new Ext4Exception(true, message);
  }

  /** No file system of this kind, whatever its size, can hold it. */
  static Ext4Exception impossible(String message) {
    return new Ext4Exception(false, message);
  }

  /** Returns whether a larger file system could hold it. */
  public boolean isFull() {
    return full;
  }
}
