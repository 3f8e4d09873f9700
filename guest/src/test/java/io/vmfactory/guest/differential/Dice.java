package io.vmfactory.guest.differential;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/** Random choices. The same seed makes the same ones. */
final class Dice {
  private final Random random;

  Dice(long seed) {
    // seeds of neighbours make similar first numbers
    random = new Random(seed * 0x9E37_79B9_7F4A_7C15L);
  }

  /** Returns true once in so many calls. */
  boolean once(int in) {
    return random.nextInt(in) == 0;
  }

  /** Returns a number from both ends included. */
  int number(int least, int most) {
    return least + random.nextInt(most - least + 1);
  }

  @SafeVarargs
  final <T> T oneOf(T... values) {
    return values[random.nextInt(values.length)];
  }

  /** Returns some of the values, possibly none, in any order. */
  List<String> some(Collection<String> values) {
    List<String> all = new ArrayList<>(values);
    Collections.shuffle(all, random);
    return all.subList(0, random.nextInt(all.size() + 1));
  }

  /** Returns the values as a list of JSON. */
  static ArrayNode list(Collection<String> values) {
    ArrayNode list = JsonNodeFactory.instance.arrayNode();
    values.forEach(list::add);
    return list;
  }
}
