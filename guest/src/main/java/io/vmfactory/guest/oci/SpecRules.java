package io.vmfactory.guest.oci;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import io.vmfactory.api.kata.Hook;
import io.vmfactory.api.kata.Hooks;
import io.vmfactory.api.kata.LinuxNamespace;
import io.vmfactory.api.kata.Mount;
import io.vmfactory.api.kata.Process;
import io.vmfactory.api.kata.Spec;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The rules that a specification must meet before a runtime in the guest can use it. */
final class SpecRules {
  private static final Set<String> NAMESPACES =
      Set.of("pid", "network", "mount", "ipc", "uts", "user", "cgroup", "time");

  private static final Map<String, List<String>> REQUIRED =
      Map.ofEntries(
          Map.entry("", List.of("ociVersion", "process", "root")),
          Map.entry("process", List.of("args", "cwd")),
          Map.entry("process.rlimits[]", List.of("type", "soft", "hard")),
          Map.entry("root", List.of("path")),
          Map.entry("mounts[]", List.of("destination")),
          Map.entry("linux.namespaces[]", List.of("type")),
          Map.entry("linux.devices[]", List.of("type", "path")),
          Map.entry("linux.uidMappings[]", List.of("containerID", "hostID", "size")),
          Map.entry("linux.gidMappings[]", List.of("containerID", "hostID", "size")),
          Map.entry("linux.resources.devices[]", List.of("allow")),
          Map.entry("linux.resources.pids", List.of("limit")),
          Map.entry("linux.resources.hugepageLimits[]", List.of("pageSize", "limit")),
          Map.entry("linux.seccomp", List.of("defaultAction")),
          Map.entry("linux.seccomp.syscalls[]", List.of("names", "action")),
          Map.entry("linux.seccomp.syscalls[].args[]", List.of("index", "value", "op")));

  private static final JsonPath PROCESS = JsonPath.ROOT.property("process");
  private static final JsonPath MOUNTS = JsonPath.ROOT.property("mounts");
  private static final JsonPath HOOKS = JsonPath.ROOT.property("hooks");
  private static final JsonPath NAMESPACE_LIST =
      JsonPath.ROOT.property("linux").property("namespaces");

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
    SpecRules rules = new SpecRules(problems);
    rules.texts(process, PROCESS);
    rules.process(process);
    problems.refuse();
  }

  /** Finds all problems other than wrong types and missing properties. */
  static void judge(Spec spec, SpecProblems problems) {
    SpecRules rules = new SpecRules(problems);
    rules.texts(spec, JsonPath.ROOT);
    rules.that(
        spec.getVersion().matches("1\\.\\d+\\.\\d+([-+].*)?"),
        JsonPath.ROOT.property("ociVersion"),
        "must be 1.x.y, is \"" + spec.getVersion() + "\"");
    rules.process(spec.getProcess());
    rules.that(
        !spec.getRoot().getPath().isEmpty(),
        JsonPath.ROOT.property("root").property("path"),
        "must not be empty");
    rules.mounts(spec.getMountsList());
    rules.namespaces(spec.getLinux().getNamespacesList());
    rules.hooks(spec.getHooks());
  }

  /** Throws if the specification needs something of the host besides its root file system. */
  static void checkNoHostPaths(Spec spec) {
    SpecProblems problems = new SpecProblems();
    SpecRules rules = new SpecRules(problems);
    for (int i = 0; i < spec.getMountsCount(); i++) {
      OciMount mount = OciMount.of(spec.getMounts(i));
      rules.that(
          !mount.isBind(),
          MOUNTS.item(i).property("source"),
          "\"%s\" is on the host, where the guest cannot see it; give it as a volume instead"
              .formatted(mount.source()));
    }
    for (int i = 0; i < spec.getLinux().getNamespacesCount(); i++) {
      rules.that(
          spec.getLinux().getNamespaces(i).getPath().isEmpty(),
          NAMESPACE_LIST.item(i).property("path"),
          "a namespace of the host cannot be joined from the guest; remove it");
    }
    problems.refuse();
  }

  private void that(boolean right, JsonPath path, String problem) {
    if (!right) {
      problems.add(path, problem);
    }
  }

  private void process(Process process) {
    that(process.getArgsCount() > 0, PROCESS.property("args"), "must hold at least the program");
    absolute(process.getCwd(), PROCESS.property("cwd"));
    JsonPath env = PROCESS.property("env");
    for (int i = 0; i < process.getEnvCount(); i++) {
      that(process.getEnv(i).indexOf('=') > 0, env.item(i), "must be NAME=value");
    }
  }

  private void mounts(List<Mount> mounts) {
    for (int i = 0; i < mounts.size(); i++) {
      absolute(mounts.get(i).getDestination(), MOUNTS.item(i).property("destination"));
    }
  }

  private void absolute(String path, JsonPath at) {
    that(path.startsWith("/"), at, "must be an absolute path, is \"" + path + "\"");
  }

  private void namespaces(List<LinuxNamespace> namespaces) {
    for (int i = 0; i < namespaces.size(); i++) {
      String type = namespaces.get(i).getType();
      that(
          NAMESPACES.contains(type),
          NAMESPACE_LIST.item(i).property("type"),
          "must be one of " + String.join(", ", NAMESPACES.stream().sorted().toList()));
    }
  }

  /** Hooks are programs of the host. In the guest, their paths name no file or another file. */
  private void hooks(Hooks hooks) {
    for (var entry : hooks.getAllFields().entrySet()) {
      @SuppressWarnings("unchecked")
      List<Hook> list = (List<Hook>) entry.getValue();
      that(
          list.isEmpty(),
          HOOKS.property(JsonNames.of(entry.getKey())),
          "hooks are programs of the host and cannot run in the guest; remove them");
    }
  }

  /** No text may contain a NUL, which ends a text for the guest's kernel, or invalid Unicode. */
  private void texts(Message message, JsonPath path) {
    for (var entry : message.getAllFields().entrySet()) {
      JsonPath at = path.property(JsonNames.of(entry.getKey()));
      if (entry.getValue() instanceof List<?> list) {
        for (int i = 0; i < list.size(); i++) {
          text(entry.getKey(), list.get(i), entry.getKey().isMapField() ? at : at.item(i));
        }
      } else {
        text(entry.getKey(), entry.getValue(), at);
      }
    }
  }

  private void text(FieldDescriptor field, Object value, JsonPath path) {
    if (field.isMapField()) {
      Message entry = (Message) value;
      entry.getAllFields().values().forEach(part -> text((String) part, path));
    } else if (value instanceof Message message) {
      texts(message, path);
    } else if (value instanceof String text) {
      text(text, path);
    }
  }

  private void text(String text, JsonPath path) {
    that(text.indexOf('\0') < 0, path, "must not hold a NUL");
    that(StandardCharsets.UTF_8.newEncoder().canEncode(text), path, "is not valid Unicode");
  }
}
