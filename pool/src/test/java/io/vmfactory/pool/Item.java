package io.vmfactory.pool;

/** A value of the pools in these tests; equal only to itself. */
public final class Item {
  public final int id;

  public Item(int id) {
    this.id = id;
  }

  @Override
  public String toString() {
    return "#" + id;
  }
}
