package io.vmfactory.configs;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/** Finds the word that the writer of a misspelt word probably meant. */
public final class Spelling {
  /** At most one letter in so many may be wrong. */
  private static final int LETTERS_PER_ERROR = 3;

  private Spelling() {}

  /**
   * Returns the word of {@code known} that is nearest to {@code written}. Empty if more than a
   * third of the letters would have to change. Only the letters after the last dot count for that
   * bound: two keys of one table are not similar because they have the table in common.
   */
  public static Optional<String> nearest(String written, Collection<String> known) {
    return known.stream()
        .filter(word -> distance(written, word) <= tolerance(written, word))
        .min(Comparator.comparingInt(word -> distance(written, word)));
  }

  private static int tolerance(String one, String other) {
    return Math.min(lastPart(one), lastPart(other)) / LETTERS_PER_ERROR;
  }

  private static int lastPart(String word) {
    return word.length() - 1 - word.lastIndexOf('.');
  }

  /** Returns the Levenshtein distance: the number of letters to insert, remove or replace. */
  static int distance(String a, String b) {
    int[] above = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      above[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int[] row = new int[b.length() + 1];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int replaced = above[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        row[j] = Math.min(replaced, 1 + Math.min(above[j], row[j - 1]));
      }
      above = row;
    }
    return above[b.length()];
  }
}
