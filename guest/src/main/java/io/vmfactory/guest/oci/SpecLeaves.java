package io.vmfactory.guest.oci;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import io.vmfactory.api.kata.Mount;
import io.vmfactory.api.kata.Spec;
import java.util.ArrayList;
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

  private static final String MOUNTS = "mounts";

  private SpecLeaves() {}

  /** Returns the texts of the values; what is absent, or has the default value, is left out. */
  static Map<String, String> of(Spec spec) {
    Map<String, String> leaves = new TreeMap<>();
    add(spec.toBuilder().clearMounts().build(), JsonPath.ROOT, leaves);
    List<String> order = new ArrayList<>();
    for (Mount mount : spec.getMountsList()) {
      order.add(mount.getDestination());
      leaves.merge(
          "%s[%s]".formatted(MOUNTS, mount.getDestination()), mount.toString(), String::concat);
    }
    if (!order.isEmpty()) {
      leaves.put(MOUNTS, order.toString());
    }
    return leaves;
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
