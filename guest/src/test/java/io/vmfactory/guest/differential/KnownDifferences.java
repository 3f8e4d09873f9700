package io.vmfactory.guest.differential;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * The differences that are allowed, each with its reason: the table differential/differences.txt.
 */
final class KnownDifferences {
  private static final String REFUSED = "refused";

  private final List<Row> rows;
  private final Set<Row> used = new LinkedHashSet<>();

  /**
   * A row of the table.
   *
   * @param section the section of the output, such as "status" or "exec status", or "refused"
   * @param when a pattern that the trial's text must match; after "!", must not match
   * @param pattern matches the lines that may differ, or the reason of a refusal
   * @param reason why the difference is right
   */
  record Row(String section, String when, Pattern pattern, String reason) {
    static Row of(String line) {
      String[] cells = line.split("\\s+\\|\\s+", 4);
      if (cells.length < 4 || cells[3].isBlank()) {
        throw new AssertionError("differences.txt: a row needs four cells: " + line);
      }
      return new Row(cells[0], cells[1], Pattern.compile(cells[2]), cells[3]);
    }

    private boolean applies(String name, String trial) {
      boolean not = when.startsWith("!");
      boolean has = Pattern.compile(when.substring(not ? 1 : 0)).matcher(trial).find();
      return (section.equals(name) || name.endsWith(" " + section)) && has != not;
    }

    boolean dependsOnHost() {
      return reason.startsWith("host: ");
    }
  }

  private KnownDifferences(List<Row> rows) {
    this.rows = rows;
  }

  static KnownDifferences read() {
    return new KnownDifferences(
        new String(Trial.resource("differential/differences.txt"), UTF_8)
            .lines()
            .filter(line -> !line.isBlank() && !line.startsWith("#"))
            .map(Row::of)
            .toList());
  }

  /** Returns the rows that no trial needed, except those that depend on the host. */
  List<String> unused() {
    return rows.stream()
        .filter(row -> !used.contains(row) && !row.dependsOnHost())
        .map(row -> row.section + " | " + row.when + " | " + row.pattern)
        .toList();
  }

  /** Returns how two outcomes differ beyond what the table allows; empty = they do not. */
  List<String> between(Trial trial, Outcome runc, Outcome ours) {
    String text = trial.config() + " " + trial.exec();
    boolean oneRefuses = runc.refused().isEmpty() != ours.refused().isEmpty();
    if (oneRefuses) {
      String who = runc.refused().isEmpty() ? "ours refuses: " : "runc refuses: ";
      String line = who + runc.refused() + ours.refused();
      return keep(REFUSED, text, List.of(line)).isEmpty() ? List.of() : List.of(line);
    }
    List<String> differences = new ArrayList<>();
    Set<String> names = new TreeSet<>(runc.sections().keySet());
    names.addAll(ours.sections().keySet());
    for (String name : names) {
      List<String> theirs = lines(runc.sections(), name);
      List<String> mine = lines(ours.sections(), name);
      if (!theirs.equals(mine)) {
        report(name, keep(name, text, theirs), keep(name, text, mine), differences);
      }
    }
    return differences;
  }

  private static List<String> lines(Map<String, List<String>> sections, String name) {
    return sections.getOrDefault(name, List.of("(not printed)"));
  }

  private List<String> keep(String section, String trial, List<String> lines) {
    List<String> kept = new ArrayList<>(lines);
    for (Row row : rows) {
      if (row.applies(section, trial) && kept.removeIf(row.pattern.asPredicate())) {
        used.add(row);
      }
    }
    return kept;
  }

  private static void report(
      String section, List<String> theirs, List<String> mine, List<String> differences) {
    if (theirs.equals(mine)) {
      return;
    }
    List<String> less = new ArrayList<>(theirs);
    List<String> more = new ArrayList<>(mine);
    mine.forEach(less::remove);
    theirs.forEach(more::remove);
    less.forEach(line -> differences.add(section + ", only runc: " + line));
    more.forEach(line -> differences.add(section + ", only ours: " + line));
    if (less.isEmpty() && more.isEmpty()) {
      differences.add(section + ": the order differs: runc " + theirs + ", ours " + mine);
    }
  }
}
