package io.vmfactory.factory.vm;

/**
 * What a process has in memory, KiB, as proc(5) defines the terms.
 *
 * @param privateKib what nobody else maps: private clean, private dirty and private huge pages
 * @param sharedKib what others map too
 */
public record Footprint(long privateKib, long sharedKib) {
  /** Nothing. */
  public static final Footprint NONE = new Footprint(0, 0);

  /** Both together. */
  public Footprint plus(Footprint other) {
    return new Footprint(privateKib + other.privateKib, sharedKib + other.sharedKib);
  }
}
