package io.vmfactory.pool.internal;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** The source of a history's decisions: a seed, or a list of earlier decisions. */
final class Choices {
  private final List<Integer> made = new ArrayList<>();
  private final List<Integer> given;
  private final Random random;
  private final int length;

  private Choices(List<Integer> given, Random random, int length) {
    this.given = given;
    this.random = random;
    this.length = length;
  }

  static Choices seeded(long seed, int length) {
    return new Choices(List.of(), new Random(seed), length);
  }

  /**
   * Replays {@code given}; a decision that no longer fits is taken modulo the number of
   * alternatives.
   */
  static Choices of(List<Integer> given) {
    return new Choices(given, new Random(0), given.size());
  }

  /** Returns one of {@code bound} alternatives; always the first once the decisions are used up. */
  int next(int bound) {
    int at = made.size();
    int choice = over() ? 0 : given.isEmpty() ? random.nextInt(bound) : given.get(at) % bound;
    made.add(choice);
    return choice;
  }

  boolean over() {
    return made.size() >= length;
  }

  /** Returns the decisions made so far, up to the length. */
  List<Integer> made() {
    return List.copyOf(made.subList(0, Math.min(length, made.size())));
  }
}
