package io.vmfactory.cli;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Formats pools: a table, and the last failure of each pool. */
final class PoolsView {
  private PoolsView() {}

  /** Returns all lines. */
  static List<String> lines(List<JsonValue> pools) {
    if (pools.isEmpty()) {
      return List.of(
          "no pools, because there is no usable template; build one with: vmfactory init");
    }
    List<String> lines = new ArrayList<>(table(pools).lines(0));
    TextTable troubles = troubles(pools);
    if (!troubles.isEmpty()) {
      lines.add("");
      lines.addAll(troubles.lines(0));
    }
    return lines;
  }

  /** Returns the target, the size and the memory use of each pool. */
  static TextTable table(List<JsonValue> pools) {
    TextTable table =
        new TextTable(
            "TEMPLATE",
            "TIER",
            "IDLE",
            "TARGET",
            "MAKING",
            "HITS",
            "REFILL",
            "PRIVATE",
            "SHARED",
            "WHY");
    for (JsonValue pool : pools) {
      table.row(
          Show.shortened(pool.text("templateKey")),
          pool.text("tier"),
          String.valueOf(pool.number("idle") + pool.number("probing")),
          String.valueOf(pool.number("target")),
          String.valueOf(pool.number("allocating")),
          Show.percent(pool.decimal("hitRatio")),
          Show.micros(Show.span(pool.text("refill")).toNanos() / 1000),
          Show.kib(pool.number("privateKib")),
          Show.kib(pool.number("sharedKib")),
          why(pool));
    }
    return table;
  }

  /** Returns the last failure of each pool and when the pool tries again. */
  static TextTable troubles(List<JsonValue> pools) {
    TextTable table = new TextTable("AGE", "TEMPLATE", "TIER", "FAILED", "CAUSE");
    for (JsonValue pool : pools) {
      pool.list("failures").stream()
          .findFirst()
          .ifPresent(
              failure ->
                  table.row(
                      Show.span(Show.span(failure.text("ago"))),
                      Show.shortened(pool.text("templateKey")),
                      pool.text("tier"),
                      act(failure.text("kind")),
                      failure.text("cause") + retry(pool.get("retry"))));
    }
    return table;
  }

  private static String why(JsonValue pool) {
    if (pool.text("phase").equals("DRAINING")) {
      return "drained; refill it with vmfactory pool resize";
    }
    long superseded = pool.number("superseded");
    String old = superseded == 0 ? "" : "; %d of the previous template".formatted(superseded);
    String held =
        pool.number("refillPauses") == 0 ? "" : "; refill pauses while requests are served";
    return pool.text("targetReason") + old + held;
  }

  private static String act(String kind) {
    return switch (kind) {
      case "ALLOCATE" -> "making";
      case "DISPOSE" -> "ending";
      case "PROBE" -> "health check";
      case "DIED" -> "died in the pool";
      case "POISONED" -> "hand-out";
      default -> kind;
    };
  }

  private static String retry(JsonValue retry) {
    long failures = retry.number("failuresInARow");
    if (failures == 0) {
      return "";
    }
    Duration in = Show.span(retry.text("in"));
    String when =
        in.isZero() ? "trying again" : "tries again in " + Show.micros(in.toNanos() / 1000);
    return " (%s, failed %d times)".formatted(when, failures);
  }
}
