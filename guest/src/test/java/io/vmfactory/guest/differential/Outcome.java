package io.vmfactory.guest.differential;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What became of a trial in one runtime.
 *
 * @param refused the reason why nothing ran; empty = it ran
 * @param sections what the processes printed, and their exit codes
 */
record Outcome(String refused, Map<String, List<String>> sections) {
  private static final Set<String> STATUS =
      Set.of(
          "Umask",
          "Uid",
          "Gid",
          "Groups",
          "SigBlk",
          "SigIgn",
          "SigCgt",
          "CapInh",
          "CapPrm",
          "CapEff",
          "CapBnd",
          "CapAmb",
          "NoNewPrivs",
          "Seccomp",
          "Threads");

  static Outcome refusal(String why) {
    return new Outcome(why.strip(), Map.of());
  }

  /**
   * Reads what a probe printed.
   *
   * @param process "run" or "exec"; the names of its sections begin with it
   */
  static Map<String, List<String>> read(String process, String printed, int exit) {
    Map<String, List<String>> sections = new LinkedHashMap<>();
    for (String part : ("\n" + printed).split("\n== ", -1)) {
      List<String> lines = part.lines().toList();
      if (part.isEmpty()) {
        continue;
      }
      String name = part.startsWith("\n") ? "start" : lines.get(0);
      sections.put(process + " " + name, comparable(name, lines.subList(1, lines.size())));
    }
    sections.put(process + " exit", List.of(Integer.toString(exit)));
    return sections;
  }

  private static List<String> comparable(String section, List<String> lines) {
    return switch (section) {
      case "status" -> lines.stream().filter(l -> STATUS.contains(l.split(":", -1)[0])).toList();
      case "mountinfo" -> MountLines.comparable(lines);
      case "environment" -> lines.stream().flatMap(l -> Arrays.stream(l.split("\0", -1))).toList();
      case "limits" -> lines.stream().map(l -> l.replaceAll(" +", " ")).toList();
      case "files" -> lines.stream().map(l -> l.replaceAll("pipe:\\[\\d+\\]", "pipe")).toList();
      default -> lines;
    };
  }
}
