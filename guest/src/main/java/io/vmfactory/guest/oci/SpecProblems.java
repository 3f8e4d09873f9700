package io.vmfactory.guest.oci;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What was found wrong, in the order found; at one place only the first, as others follow from it.
 */
final class SpecProblems {
  private final Map<JsonPath, String> byPath = new LinkedHashMap<>();

  void add(JsonPath path, String problem) {
    if (byPath.keySet().stream().noneMatch(path::isWithin)) {
      byPath.put(path, problem);
    }
  }

  /** Throws when there are any. */
  void refuse() {
    if (!byPath.isEmpty()) {
      throw new OciSpecException(
          byPath.entrySet().stream().map(e -> e.getKey() + ": " + e.getValue()).toList());
    }
  }
}
