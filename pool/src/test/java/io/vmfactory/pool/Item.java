package io.vmfactory.pool;

/** What the pools of these tests hold; equal only to itself. */
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
