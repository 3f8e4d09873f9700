package io.vmfactory.factory.stock;

import io.vmfactory.factory.observe.Observer.Tier;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.stream.IntStream;

/**
 * Divides memory among pools. Warm VMs come before shells, since a warm VM saves a request more
 * than a shell does. Within a tier, the pool with the least memory so far gets the next VM if it
 * wants one. Memory that no pool wants stays free, so that any pool can grow.
 */
final class Shares {
  private final List<Wish> wishes;
  private final int[] granted;
  private long leftKib;

  /**
   * The wish of one pool.
   *
   * @param wanted VMs, zero or more
   * @param eachKib memory of one, above zero
   */
  record Wish(Tier tier, int wanted, long eachKib) {}

  private Shares(long budgetKib, List<Wish> wishes) {
    this.wishes = wishes;
    granted = new int[wishes.size()];
    leftKib = budgetKib;
  }

  /** Returns how many VMs each pool may keep, in the order of {@code wishes}. */
  static List<Integer> ceilings(long budgetKib, List<Wish> wishes) {
    Shares shares = new Shares(budgetKib, wishes);
    shares.grant(Tier.WARM);
    shares.grant(Tier.SHELL);
    return IntStream.range(0, wishes.size()).mapToObj(shares::ceiling).toList();
  }

  private void grant(Tier tier) {
    PriorityQueue<Integer> poorestFirst =
        new PriorityQueue<>(Comparator.comparing(this::hasKib).thenComparing(pool -> pool));
    IntStream.range(0, granted.length)
        .filter(pool -> wishes.get(pool).tier == tier)
        .forEach(poorestFirst::add);
    while (!poorestFirst.isEmpty()) {
      int pool = poorestFirst.remove();
      Wish wish = wishes.get(pool);
      if (granted[pool] < wish.wanted && wish.eachKib <= leftKib) {
        granted[pool]++;
        leftKib -= wish.eachKib;
        poorestFirst.add(pool);
      }
    }
  }

  private long hasKib(int pool) {
    return granted[pool] * wishes.get(pool).eachKib;
  }

  private int ceiling(int pool) {
    Wish wish = wishes.get(pool);
    long room = granted[pool] < wish.wanted ? 0 : leftKib / wish.eachKib;
    return (int) Math.min(Integer.MAX_VALUE, granted[pool] + room);
  }
}
