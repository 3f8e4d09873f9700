package io.vmfactory.pool.internal;

import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Counts slots by state, and orders those in stock by age. Used under the pool's lock only. */
final class SlotTable<T> {
  private final NavigableSet<Slot<T>> idle =
      new TreeSet<>(Comparator.<Slot<T>>comparingLong(slot -> slot.id));
  private final NavigableMap<Long, Integer> idleByGeneration = new TreeMap<>();
  private final Map<SlotState, Integer> counts = new EnumMap<>(SlotState.class);

  void add(Slot<T> slot) {
    counts.merge(slot.state(), 1, Integer::sum);
  }

  void move(Slot<T> slot, SlotState next) {
    SlotState last = slot.state();
    slot.become(next);
    counts.merge(last, -1, Integer::sum);
    counts.merge(next, 1, Integer::sum);
    if (last == SlotState.IDLE) {
      idle.remove(slot);
      idleByGeneration.computeIfPresent(slot.generation, (g, n) -> n == 1 ? null : n - 1);
    }
    if (next == SlotState.IDLE) {
      idle.add(slot);
      idleByGeneration.merge(slot.generation, 1, Integer::sum);
    }
  }

  int count(SlotState state) {
    return counts.getOrDefault(state, 0);
  }

  @Nullable Slot<T> oldestIdle() {
    return idle.isEmpty() ? null : idle.first();
  }

  List<Slot<T>> idle() {
    return List.copyOf(idle);
  }

  List<Slot<T>> idleOlderThan(long generation) {
    return idle.stream().filter(slot -> slot.generation < generation).toList();
  }

  int countIdleOlderThan(long generation) {
    return idleByGeneration.headMap(generation).values().stream().mapToInt(n -> n).sum();
  }

  /** Whether the pool is responsible for no value any more. */
  boolean isEmpty() {
    return nothingUnderWay() && count(SlotState.IDLE) + count(SlotState.PROBING) == 0;
  }

  /** Whether no value is being made or destroyed, and none is held by a claimer. */
  boolean nothingUnderWay() {
    return count(SlotState.ALLOCATING) + count(SlotState.CLAIMED) + count(SlotState.DISPOSING) == 0;
  }
}
