package io.vmfactory.guest.oci;

import io.vmfactory.api.kata.LinuxCPU;
import io.vmfactory.api.kata.LinuxMemory;
import io.vmfactory.api.kata.LinuxResources;
import java.util.Map;
import java.util.regex.Pattern;

/** The rules for the values under {@code linux.resources}. */
final class ResourceRules {
  private static final JsonPath RESOURCES = JsonPath.ROOT.property("linux").property("resources");

  /** The files of a control group that limit something and name no device. */
  private static final Pattern FILES =
      Pattern.compile(
          "memory\\.(min|low|high|max|oom\\.group|swap\\.high|swap\\.max)"
              + "|cpu\\.(weight|weight\\.nice|max|max\\.burst|idle)|cpuset\\.(cpus|mems)|pids\\.max"
              + "|hugetlb\\.(2MB|1GB)\\.(max|rsvd\\.max)");

  private static final Pattern VALUES =
      Pattern.compile("(max|-?\\d{1,19}[KMGkmg]?)( \\d{1,19})?|[\\d,-]+");

  private final SpecProblems problems;

  private ResourceRules(SpecProblems problems) {
    this.problems = problems;
  }

  static void judge(LinuxResources resources, SpecProblems problems) {
    ResourceRules rules = new ResourceRules(problems);
    rules.memory(resources.getMemory());
    rules.cpu(resources.getCPU());
    rules.unified(resources.getUnifiedMap());
  }

  private void memory(LinuxMemory memory) {
    problems.unless(
        memory.getSwap() <= 0 || (memory.getLimit() > 0 && memory.getSwap() >= memory.getLimit()),
        RESOURCES.property("memory").property("swap"),
        "is memory and swap together: must be at least linux.resources.memory.limit");
  }

  private void cpu(LinuxCPU cpu) {
    problems.unless(
        cpu.getBurst() == 0 || (cpu.getQuota() > 0 && cpu.getBurst() <= cpu.getQuota()),
        RESOURCES.property("cpu").property("burst"),
        "must be at most linux.resources.cpu.quota");
    problems.unless(
        cpu.getIdle() == 0 || cpu.getShares() == 0,
        RESOURCES.property("cpu").property("idle"),
        "an idle group has no linux.resources.cpu.shares");
  }

  private void unified(Map<String, String> unified) {
    unified.forEach(
        (file, value) -> {
          JsonPath at = RESOURCES.property("unified").property(file);
          problems.unless(FILES.matcher(file).matches(), at, "is no limit that the VM can set");
          problems.unless(
              VALUES.matcher(value).matches(), at, "must be a number, a list of numbers or max");
        });
  }
}
