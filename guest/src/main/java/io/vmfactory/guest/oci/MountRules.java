package io.vmfactory.guest.oci;

import io.vmfactory.api.kata.Mount;
import io.vmfactory.api.kata.Spec;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/** The rules for mounts. */
final class MountRules {
  /** The folders of a host that a guest has too, with its own kernel's content. */
  private static final List<Path> KERNEL =
      List.of(Path.of("/dev"), Path.of("/proc"), Path.of("/sys"));

  private static final JsonPath MOUNTS = JsonPath.ROOT.property("mounts");

  private MountRules() {}

  static void judge(Spec spec, SpecProblems problems) {
    for (int i = 0; i < spec.getMountsCount(); i++) {
      OciMount mount = OciMount.of(spec.getMounts(i));
      problems.unless(
          mount.destination().startsWith("/"),
          MOUNTS.item(i).property("destination"),
          "must be an absolute path, is \"" + mount.destination() + "\"");
      problems.unless(
          !clean(mount.destination()).equals("/"),
          MOUNTS.item(i).property("destination"),
          "must be below /: a mount on / hides the root file system");
      problems.unless(
          mount.isBind() || !mount.type().isEmpty(),
          MOUNTS.item(i).property("type"),
          "missing; name a file system, or add \"bind\" to the options");
    }
  }

  /**
   * Returns {@code spec} with the shortest form of each destination. Runtimes compare destinations
   * as text, and runc shortens them in the same way.
   */
  static Spec canonical(Spec spec) {
    Spec.Builder builder = spec.toBuilder();
    for (Mount.Builder mount : builder.getMountsBuilderList()) {
      mount.setDestination(clean(mount.getDestination()));
    }
    return builder.build();
  }

  /** Removes what is empty, "." or ".." from an absolute path. Returns other text as it is. */
  private static String clean(String path) {
    if (!path.startsWith("/")) {
      return path;
    }
    Deque<String> parts = new ArrayDeque<>();
    for (String part : path.split("/", -1)) {
      if (part.equals("..")) {
        parts.pollLast();
      } else if (!part.isEmpty() && !part.equals(".")) {
        parts.addLast(part);
      }
    }
    return "/" + String.join("/", parts);
  }

  /** Finds the bind mounts of files that only the host has. */
  static void judgeSources(Spec spec, SpecProblems problems) {
    for (int i = 0; i < spec.getMountsCount(); i++) {
      OciMount mount = OciMount.of(spec.getMounts(i));
      problems.unless(
          !mount.isBind() || isOfKernel(mount.source()),
          MOUNTS.item(i).property("source"),
          "\"%s\" is on the host, where the guest cannot see it; give it as a volume instead"
              .formatted(mount.source()));
    }
  }

  private static boolean isOfKernel(String source) {
    try {
      Path path = Path.of(source).normalize();
      return KERNEL.stream().anyMatch(path::startsWith);
    } catch (InvalidPathException e) {
      return false;
    }
  }
}
