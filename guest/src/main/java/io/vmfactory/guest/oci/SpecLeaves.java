package io.vmfactory.guest.oci;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import io.vmfactory.api.kata.Mount;
import io.vmfactory.api.kata.Spec;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** The values of a specification that a container keeps from its creation on, by their paths. */
final class SpecLeaves {
  /** What the guest chooses, ignores, or lets the start of the container choose. */
  private static final Set<String> FREE =
      Set.of(
          "ociVersion",
          "process.args",
          "process.env",
          "process.cwd",
          "process.consoleSize",
          "root.path",
          "hooks",
          "annotations",
          "linux.cgroupsPath");

  private SpecLeaves() {}

  /** Returns the texts of the values; what is absent, or has the default value, is left out. */
  static Map<String, String> of(Spec spec) {
    Map<String, String> leaves = new TreeMap<>();
    add(spec.toBuilder().clearMounts().build(), JsonPath.ROOT, leaves);
    for (int i = 0; i < spec.getMountsCount(); i++) {
      Mount mount = spec.getMounts(i);
      List<String> hiding =
          hiding(mount, spec.getMountsList().subList(i + 1, spec.getMountsCount()));
      leaves.merge(
          "mounts[%s]".formatted(mount.getDestination()), mount + "" + hiding, String::concat);
    }
    return leaves;
  }

  /** Engines list mounts in any order. It matters only for those below others. */
  private static List<String> hiding(Mount mount, List<Mount> later) {
    Path place = Path.of(mount.getDestination());
    return later.stream()
        .map(Mount::getDestination)
        .filter(destination -> place.startsWith(destination))
        .sorted()
        .toList();
  }

  private static void add(Message message, JsonPath path, Map<String, String> leaves) {
    for (Map.Entry<FieldDescriptor, Object> entry : message.getAllFields().entrySet()) {
      FieldDescriptor field = entry.getKey();
      JsonPath at = path.property(JsonNames.of(field));
      if (FREE.contains(at.text())) {
        continue;
      }
      if (entry.getValue() instanceof Message inner && !field.isRepeated()) {
        add(inner, at, leaves);
      } else {
        leaves.put(at.text(), entry.getValue().toString());
      }
    }
  }
}
