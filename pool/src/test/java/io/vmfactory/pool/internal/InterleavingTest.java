package io.vmfactory.pool.internal;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/**
 * Random histories of one pool, each checked step by step: every value goes to at most one claimer,
 * none is lost, none is disposed of twice, waiters are served in order, every claimer is answered,
 * the pool is full once the environment calms down and empty once it is closed. {@code -Dpool.seed}
 * and {@code -Dpool.histories} set which histories run and how many.
 */
class InterleavingTest {
  private static final long SEED = Long.getLong("pool.seed", 20_260_101L);
  private static final int HISTORIES = Integer.getInteger("pool.histories", 100_000);
  private static final int CHOICES = 80;

  @Test
  void nothingIsLostInAnyOrderOfEvents() {
    for (int i = 0; i < HISTORIES; i++) {
      Choices choices = Choices.seeded(SEED + i, CHOICES);
      if (failure(choices).isPresent()) {
        throw report(SEED + i, shrink(choices.made()));
      }
    }
  }

  private static Optional<Throwable> failure(Choices choices) {
    try {
      new History(choices, false).run();
      return Optional.empty();
    } catch (AssertionError | RuntimeException e) {
      return Optional.of(e);
    }
  }

  /** Leaves out ever shorter runs of decisions as long as the history still fails. */
  private static List<Integer> shrink(List<Integer> decisions) {
    List<Integer> best = decisions;
    for (int stretch = best.size() / 2; stretch > 0; ) {
      Optional<List<Integer>> shorter = without(best, stretch);
      if (shorter.isPresent()) {
        best = shorter.get();
      } else {
        stretch /= 2;
      }
    }
    return best;
  }

  private static Optional<List<Integer>> without(List<Integer> decisions, int stretch) {
    for (int from = 0; from + stretch <= decisions.size(); from++) {
      List<Integer> shorter = new ArrayList<>(decisions);
      shorter.subList(from, from + stretch).clear();
      if (!shorter.isEmpty() && failure(Choices.of(shorter)).isPresent()) {
        return Optional.of(shorter);
      }
    }
    return Optional.empty();
  }

  private static AssertionError report(long seed, List<Integer> decisions) {
    History history = new History(Choices.of(decisions), true);
    Throwable cause = null;
    try {
      history.run();
    } catch (AssertionError | RuntimeException e) {
      cause = e;
    }
    return new AssertionError(
        "seed " + seed + ", shortened to:\n  " + String.join("\n  ", history.trace), cause);
  }
}
