package io.vmfactory.vmm.groups;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * A tree of control groups. With cgroup v2 a host has one. With cgroup v1 it has several, each with
 * other controllers. It can have both.
 *
 * @param version of the kernel's interface
 * @param mount where the tree is
 * @param own the group of a process in it
 * @param controllers those of {@link Controller} that it has
 */
record Hierarchy(Version version, Path mount, Path own, Set<Controller> controllers) {
  /** The kernel's interface. */
  enum Version {
    V1,
    V2
  }

  private static final int ROOT = 3;
  private static final int MOUNT = 4;

  /**
   * Returns the trees that have controllers for VMs.
   *
   * @param mounts content of {@code /proc/self/mountinfo}
   * @param membership content of {@code /proc/PID/cgroup}: the groups of a process
   */
  static List<Hierarchy> of(String mounts, String membership) {
    List<Hierarchy> all = new ArrayList<>();
    Set<Controller> left = EnumSet.allOf(Controller.class);
    for (Version version : Version.values()) { // a controller that v1 has, v2 has not
      mounts
          .lines()
          .map(line -> of(version, line, membership, left))
          .flatMap(Optional::stream)
          .forEach(
              found -> {
                left.removeAll(found.controllers());
                all.add(found);
              });
    }
    return List.copyOf(all);
  }

  private static Optional<Hierarchy> of(
      Version version, String mounted, String membership, Set<Controller> left) {
    String[] halves = mounted.split(" - ", 2);
    String[] place = halves[0].split(" ", -1);
    String[] system = halves.length < 2 ? new String[0] : halves[1].split(" ", -1);
    if (system.length < 3 || place.length <= MOUNT || !system[0].equals(type(version))) {
      return Optional.empty();
    }
    List<String> options = List.of(system[2].split(","));
    Set<Controller> here = EnumSet.noneOf(Controller.class);
    left.stream()
        .filter(one -> version == Version.V2 || options.contains(one.word()))
        .forEach(here::add);
    Path mount = Path.of(place[MOUNT]);
    return here.isEmpty()
        ? Optional.empty()
        : path(version, here, membership)
            .map(path -> new Hierarchy(version, mount, below(mount, place[ROOT], path), here));
  }

  private static String type(Version version) {
    return version == Version.V1 ? "cgroup" : "cgroup2";
  }

  /** A line is {@code NUMBER:CONTROLLER,CONTROLLER:PATH}; that of v2 is {@code 0::PATH}. */
  private static Optional<String> path(
      Version version, Set<Controller> controllers, String membership) {
    return membership
        .lines()
        .map(line -> line.split(":", 3))
        .filter(parts -> parts.length == 3)
        .filter(
            parts ->
                version == Version.V2
                    ? parts[0].equals("0") && parts[1].isEmpty()
                    : Stream.of(parts[1].split(","))
                        .anyMatch(
                            word -> controllers.stream().anyMatch(c -> c.word().equals(word))))
        .map(parts -> parts[2])
        .findFirst();
  }

  /** In a container, a part of the tree is mounted, and the path can begin above it. */
  private static Path below(Path mount, String root, String path) {
    String inside = path.startsWith(root) ? path.substring(root.length()) : path;
    Path group = mount.resolve(inside.replaceFirst("^/+", "")).normalize();
    return group.startsWith(mount) ? group : mount;
  }
}
