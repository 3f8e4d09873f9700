package io.vmfactory.guest.oci;

import java.util.LinkedHashMap;
import java.util.Map;

/** The problems found, in order. Keeps only the first one at a place, as others follow from it. */
final class SpecProblems {
  private final Map<JsonPath, String> byPath = new LinkedHashMap<>();

  void add(JsonPath path, String problem) {
    if (byPath.keySet().stream().noneMatch(path::isWithin)) {
      byPath.put(path, problem);
    }
  }

  /** Adds the problem if {@code right} is false. */
  void unless(boolean right, JsonPath path, String problem) {
    if (!right) {
      add(path, problem);
    }
  }

  /** Throws if there are problems. */
  void refuse() {
    if (!byPath.isEmpty()) {
      throw new OciSpecException(
          byPath.entrySet().stream().map(e -> e.getKey() + ": " + e.getValue()).toList());
    }
  }
}
