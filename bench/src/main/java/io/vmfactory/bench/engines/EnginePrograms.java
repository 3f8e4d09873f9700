package io.vmfactory.bench.engines;

import io.vmfactory.configs.host.OwnUser;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What this host needs for containers of its engines. */
public final class EnginePrograms {
  /** A program, and Debian's package that has it. */
  private static final Map<String, String> PACKAGES =
      new TreeMap<>(
          Map.of(
              "busybox", "busybox-static",
              "conmon", "conmon",
              "containerd", "containerd",
              "ctr", "containerd",
              "podman", "podman"));

  private EnginePrograms() {}

  /** Returns what this host lacks and the remedy, or an empty text if it lacks nothing. */
  public static String missing() {
    List<String> path = Arrays.asList(System.getenv().getOrDefault("PATH", "").split(":"));
    return missing(OwnUser.isRoot(), path);
  }

  static String missing(boolean root, List<String> path) {
    List<String> programs =
        PACKAGES.keySet().stream().filter(program -> !isIn(path, program)).toList();
    if (!programs.isEmpty()) {
      List<String> packages = programs.stream().map(PACKAGES::get).distinct().toList();
      return "%s missing; install: sudo apt-get install --no-install-recommends %s"
          .formatted(String.join(", ", programs), String.join(" ", packages));
    }
    return root ? "" : "container engines need root; use sudo";
  }

  private static boolean isIn(List<String> path, String program) {
    return path.stream()
        .filter(folder -> !folder.isEmpty())
        .anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
  }
}
