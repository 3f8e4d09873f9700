package io.vmfactory.guest.oci;

import io.vmfactory.api.kata.POSIXRlimit;
import io.vmfactory.api.kata.Process;
import java.util.HashSet;
import java.util.Set;

/** The rules for how the values of a process belong together. */
final class ProcessRules {
  /** The largest limit of open files that a kernel can have; the agent sets it. */
  private static final long OPEN_FILES = 1_073_741_816;

  private ProcessRules() {}

  static void judge(Process process, JsonPath path, SpecProblems problems) {
    problems.unless(
        process.getArgsCount() > 0, path.property("args"), "must hold at least the program");
    problems.unless(
        process.getCwd().startsWith("/"),
        path.property("cwd"),
        "must be an absolute path, is \"" + process.getCwd() + "\"");
    Set<String> types = new HashSet<>();
    for (int i = 0; i < process.getRlimitsCount(); i++) {
      POSIXRlimit limit = process.getRlimits(i);
      JsonPath at = path.property("rlimits").item(i);
      problems.unless(types.add(limit.getType()), at.property("type"), "stands twice in the list");
      problems.unless(
          Long.compareUnsigned(limit.getSoft(), limit.getHard()) <= 0,
          at.property("hard"),
          "must be at least the soft limit");
      problems.unless(
          !limit.getType().equals("RLIMIT_NOFILE")
              || Long.compareUnsigned(limit.getHard(), OPEN_FILES) <= 0,
          at.property("hard"),
          "must be at most " + OPEN_FILES + ", the kernel's limit of open files");
    }
  }
}
