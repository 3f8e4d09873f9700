package io.vmfactory.guest.oci;

import static java.util.Map.entry;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The rules for single texts of config.json. */
final class TextRules {
  /** The kernel's limit for the names of a host. */
  private static final int NAME_BYTES = 64;

  private static final Rule SET_OF_NUMBERS =
      matches("\\d{1,4}(-\\d{1,4})?(,\\d{1,4}(-\\d{1,4})?)*", "must be a list such as \"0-2,4\"");
  private static final Rule HOST =
      new Rule(
          text -> text.getBytes(StandardCharsets.UTF_8).length <= NAME_BYTES && isPlain(text),
          "must have at most 64 bytes, without white space and control characters");
  private static final Rule ABSOLUTE =
      new Rule(text -> text.startsWith("/"), "must be an absolute path, is \"%s\"");
  private static final Rule SECCOMP_ACTION =
      oneOf(
          "SCMP_ACT_ALLOW",
          "SCMP_ACT_ERRNO",
          "SCMP_ACT_KILL",
          "SCMP_ACT_KILL_PROCESS",
          "SCMP_ACT_KILL_THREAD",
          "SCMP_ACT_LOG",
          "SCMP_ACT_TRACE",
          "SCMP_ACT_TRAP");

  private static final Map<String, Rule> RULES =
      Map.ofEntries(
          entry("ociVersion", matches("1\\.\\d+\\.\\d+([-+].*)?", "must be 1.x.y, is \"%s\"")),
          entry("hostname", HOST),
          entry("domainname", HOST),
          entry("process.env[]", matches("(?s)[^=]+=.*", "must be NAME=value")),
          entry(
              "process.rlimits[].type",
              oneOf(
                  "RLIMIT_AS",
                  "RLIMIT_CORE",
                  "RLIMIT_CPU",
                  "RLIMIT_DATA",
                  "RLIMIT_FSIZE",
                  "RLIMIT_LOCKS",
                  "RLIMIT_MEMLOCK",
                  "RLIMIT_MSGQUEUE",
                  "RLIMIT_NICE",
                  "RLIMIT_NOFILE",
                  "RLIMIT_NPROC",
                  "RLIMIT_RSS",
                  "RLIMIT_RTPRIO",
                  "RLIMIT_RTTIME",
                  "RLIMIT_SIGPENDING",
                  "RLIMIT_STACK")),
          entry(
              "mounts[].options[]",
              new Rule(
                  text -> !text.matches("r?idmap(=.*)?"),
                  "mounts with their own ID mappings are not supported")),
          entry(
              "linux.namespaces[].type",
              oneOf("cgroup", "ipc", "mount", "network", "pid", "user", "uts")),
          entry("linux.devices[].path", ABSOLUTE),
          entry("linux.devices[].type", oneOf("b", "c", "p", "u")),
          entry(
              "linux.cgroupsPath",
              new Rule(
                  text -> !text.matches("/+|(.*/)?\\.\\.(/.*)?"),
                  "must be the path of a control group below the root")),
          entry(
              "linux.rootfsPropagation",
              oneOf(
                  "private",
                  "rprivate",
                  "rshared",
                  "rslave",
                  "runbindable",
                  "shared",
                  "slave",
                  "unbindable")),
          entry("linux.resources.cpu.cpus", SET_OF_NUMBERS),
          entry("linux.resources.cpu.mems", SET_OF_NUMBERS),
          entry("linux.resources.devices[].type", oneOf("a", "b", "c")),
          entry("linux.resources.devices[].access", matches("[rwm]*", "may have r, w and m")),
          entry("linux.resources.hugepageLimits[].pageSize", oneOf("1GB", "2MB")),
          entry("linux.seccomp.defaultAction", SECCOMP_ACTION),
          entry("linux.seccomp.syscalls[].action", SECCOMP_ACTION),
          entry(
              "linux.seccomp.architectures[]",
              matches(
                  "SCMP_ARCH_(X86|X86_64|X32|ARM|AARCH64|MIPS(EL)?(64(N32)?)?|PPC|PPC64(LE)?|S390X?"
                      + "|PARISC(64)?|RISCV64)",
                  "\"%s\" is no architecture that the guest's seccomp library knows")),
          entry(
              "linux.seccomp.flags[]",
              oneOf(
                  "SECCOMP_FILTER_FLAG_LOG",
                  "SECCOMP_FILTER_FLAG_SPEC_ALLOW",
                  "SECCOMP_FILTER_FLAG_TSYNC")),
          entry(
              "linux.seccomp.syscalls[].args[].op",
              oneOf(
                  "SCMP_CMP_EQ",
                  "SCMP_CMP_GE",
                  "SCMP_CMP_GT",
                  "SCMP_CMP_LE",
                  "SCMP_CMP_LT",
                  "SCMP_CMP_MASKED_EQ",
                  "SCMP_CMP_NE")));

  private TextRules() {}

  private record Rule(Predicate<String> holds, String problem) {}

  private static Rule oneOf(String... values) {
    return new Rule(Arrays.asList(values)::contains, "must be one of " + String.join(", ", values));
  }

  private static Rule matches(String pattern, String problem) {
    return new Rule(Pattern.compile(pattern).asMatchPredicate(), problem);
  }

  private static boolean isPlain(String text) {
    return text.codePoints().noneMatch(c -> Character.isWhitespace(c) || Character.isISOControl(c));
  }

  /** Returns what is wrong with a text at this place; null = nothing. */
  static @Nullable String problem(String pattern, String text) {
    if (text.indexOf('\0') >= 0) {
      return "must not hold a NUL"; // it ends a text for the guest's kernel
    }
    if (!StandardCharsets.UTF_8.newEncoder().canEncode(text)) {
      return "is not valid Unicode";
    }
    Rule rule = RULES.get(pattern);
    return rule == null || rule.holds.test(text) ? null : rule.problem.formatted(text);
  }
}
