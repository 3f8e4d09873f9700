package io.vmfactory.guest.oci;

import static java.util.Map.entry;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import io.vmfactory.api.kata.Process;
import io.vmfactory.api.kata.Spec;
import java.math.BigInteger;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The rules that a specification must meet before a runtime in the guest can use it. */
final class SpecRules {
  private static final List<String> MAPPING = List.of("containerID", "hostID", "size");

  private static final Map<String, List<String>> REQUIRED =
      Map.ofEntries(
          entry("", List.of("ociVersion", "process", "root")),
          entry("process", List.of("args", "cwd")),
          entry("process.rlimits[]", List.of("type", "soft", "hard")),
          entry("root", List.of("path")),
          entry("hooks.prestart[]", List.of("path")),
          entry("hooks.createRuntime[]", List.of("path")),
          entry("hooks.poststart[]", List.of("path")),
          entry("hooks.poststop[]", List.of("path")),
          entry("mounts[]", List.of("destination")),
          entry("linux.namespaces[]", List.of("type")),
          entry("linux.devices[]", List.of("type", "path")),
          entry("linux.uidMappings[]", MAPPING),
          entry("linux.gidMappings[]", MAPPING),
          entry("linux.resources.devices[]", List.of("allow")),
          entry("linux.resources.pids", List.of("limit")),
          entry("linux.resources.hugepageLimits[]", List.of("pageSize", "limit")),
          entry("linux.seccomp", List.of("defaultAction")),
          entry("linux.seccomp.syscalls[]", List.of("names", "action")),
          entry("linux.seccomp.syscalls[].args[]", List.of("index", "value", "op")));

  private static final JsonPath PROCESS = JsonPath.ROOT.property("process");

  private final SpecProblems problems;

  private SpecRules(SpecProblems problems) {
    this.problems = problems;
  }

  /** Returns the properties that an object at this place must have. */
  static List<String> required(String pattern) {
    return REQUIRED.getOrDefault(pattern, List.of());
  }

  /** Throws if {@code spec} is not a valid specification. */
  static void check(Spec spec) {
    SpecProblems problems = new SpecProblems();
    judge(spec, problems);
    problems.refuse();
  }

  /** Throws if {@code process} is not a valid {@code process} of a specification. */
  static void check(Process process) {
    SpecProblems problems = new SpecProblems();
    new SpecRules(problems).values(process, PROCESS);
    ProcessRules.judge(process, PROCESS, problems);
    problems.refuse();
  }

  /** Finds all problems other than wrong types and missing properties. */
  static void judge(Spec spec, SpecProblems problems) {
    new SpecRules(problems).values(spec, JsonPath.ROOT);
    ProcessRules.judge(spec.getProcess(), PROCESS, problems);
    problems.unless(
        !spec.getRoot().getPath().isEmpty(),
        JsonPath.ROOT.property("root").property("path"),
        "must not be empty");
    MountRules.judge(spec, problems);
    LinuxRules.judge(spec.getLinux(), problems);
    ResourceRules.judge(spec.getLinux().getResources(), problems);
  }

  /** Checks each value alone. */
  private void values(Message message, JsonPath path) {
    for (var entry : message.getAllFields().entrySet()) {
      JsonPath at = path.property(JsonNames.of(entry.getKey()));
      if (entry.getValue() instanceof List<?> list) {
        for (int i = 0; i < list.size(); i++) {
          value(entry.getKey(), list.get(i), entry.getKey().isMapField() ? at : at.item(i));
        }
      } else {
        value(entry.getKey(), entry.getValue(), at);
      }
    }
  }

  private void value(FieldDescriptor field, Object value, JsonPath path) {
    if (field.isMapField()) {
      Message entry = (Message) value;
      entry.getAllFields().values().forEach(part -> add(path, text(path, part)));
    } else if (value instanceof Message message) {
      values(message, path);
    } else if (value instanceof String) {
      add(path, text(path, value));
    } else if (value instanceof Number number) {
      add(path, NumberRanges.problem(path.pattern(), exact(field, number)));
    }
  }

  private static @Nullable String text(JsonPath path, Object text) {
    return TextRules.problem(path.pattern(), (String) text);
  }

  private static BigInteger exact(FieldDescriptor field, Number number) {
    return switch (field.getType()) {
      case UINT32 -> BigInteger.valueOf(Integer.toUnsignedLong(number.intValue()));
      case UINT64 -> new BigInteger(Long.toUnsignedString(number.longValue()));
      default -> BigInteger.valueOf(number.longValue());
    };
  }

  private void add(JsonPath path, @Nullable String problem) {
    if (problem != null) {
      problems.add(path, problem);
    }
  }
}
