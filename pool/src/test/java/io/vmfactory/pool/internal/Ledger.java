package io.vmfactory.pool.internal;

import io.vmfactory.pool.Claim;
import io.vmfactory.pool.Item;
import java.util.HashMap;
import java.util.Map;

/** Records what happened to every item and throws on what must never happen. */
final class Ledger {
  private final Map<Item, Fate> fates = new HashMap<>();

  /** What happened to one item. */
  private static final class Fate {
    private Claim<Item> holder;
    private boolean taken;
    private boolean poisoned;
    private boolean disposed;
  }

  synchronized Item made() {
    Item item = new Item(fates.size());
    fates.put(item, new Fate());
    return item;
  }

  synchronized void claimed(Claim<Item> claim) {
    Item item = item(claim);
    Fate fate = fates.get(item);
    check(fate.holder == null, item, "claimed by two");
    check(!fate.taken, item, "claimed after it was taken");
    check(!fate.disposed, item, "claimed after it was disposed of");
    fate.holder = claim;
  }

  synchronized void undone(Claim<Item> claim) {
    fates.get(item(claim)).holder = null;
  }

  synchronized void taken(Claim<Item> claim) {
    Fate fate = fates.get(item(claim));
    check(fate.holder == claim && !fate.taken, item(claim), "taken by another than its claimer");
    fate.taken = true;
  }

  synchronized void poisoned(Claim<Item> claim) {
    fates.get(item(claim)).poisoned = true;
  }

  synchronized void disposed(Item item) {
    Fate fate = fates.get(item);
    check(!fate.disposed, item, "disposed of twice");
    check(fate.poisoned || !fate.taken, item, "disposed of after it was taken");
    check(fate.poisoned || fate.holder == null, item, "disposed of under its claimer");
    fate.disposed = true;
  }

  synchronized void examined(Item item) {
    Fate fate = fates.get(item);
    check(fate.holder == null && !fate.taken, item, "examined under its claimer");
    check(!fate.disposed, item, "examined after it was disposed of");
  }

  /** Checks at the end that each item was taken or disposed of, and none was lost. */
  synchronized void settle() {
    fates.forEach(
        (item, fate) -> {
          check(fate.taken || fate.disposed, item, "lost");
          check(!fate.poisoned || fate.disposed, item, "poisoned but never disposed of");
        });
  }

  synchronized int size() {
    return fates.size();
  }

  private static Item item(Claim<Item> claim) {
    return ((SlotClaim<Item>) claim).slot.value();
  }

  private static void check(boolean holds, Item item, String otherwise) {
    if (!holds) {
      throw new AssertionError(item + " " + otherwise);
    }
  }
}
