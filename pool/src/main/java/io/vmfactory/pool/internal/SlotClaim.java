package io.vmfactory.pool.internal;

import io.vmfactory.pool.Claim;

/** A claim on one slot. Its stage is read and changed inside actions only. */
final class SlotClaim<T> implements Claim<T> {
  private final Serial serial;
  private final SlotStock<T> stock;
  final Slot<T> slot;
  private Stage stage = Stage.HELD;

  private enum Stage {
    HELD,
    TAKEN,
    UNDONE,
    POISONED
  }

  SlotClaim(Serial serial, SlotStock<T> stock, Slot<T> slot) {
    this.serial = serial;
    this.stock = stock;
    this.slot = slot;
  }

  @Override
  public T take() {
    return serial.get(
        fx -> {
          if (stage != Stage.HELD) {
            throw new IllegalStateException("this claim was already " + stage + "; claim again");
          }
          stage = Stage.TAKEN;
          return stock.take(slot, fx);
        });
  }

  @Override
  public boolean undo() {
    return serial.get(
        fx -> {
          if (stage != Stage.HELD) {
            return false;
          }
          stage = Stage.UNDONE;
          stock.undo(slot, fx);
          return true;
        });
  }

  @Override
  public boolean poison(Throwable cause) {
    return serial.get(
        fx -> {
          if (stage != Stage.HELD && stage != Stage.TAKEN) {
            return false;
          }
          stage = Stage.POISONED;
          stock.poison(slot, cause, fx);
          return true;
        });
  }
}
