package io.vmfactory.factory.vm;

/**
 * The memory of a process in KiB, with the terms of proc(5).
 *
 * @param privateKib memory that no other process maps: private clean, private dirty and private
 *     huge pages
 * @param sharedKib memory that other processes map too
 */
public record Footprint(long privateKib, long sharedKib) {
  /** No memory. */
  public static final Footprint NONE = new Footprint(0, 0);

  /** Returns the sum of both. */
  public Footprint plus(Footprint other) {
    return new Footprint(privateKib + other.privateKib, sharedKib + other.sharedKib);
  }
}
