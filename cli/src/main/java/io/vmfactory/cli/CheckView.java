package io.vmfactory.cli;

import io.vmfactory.vmm.Capability;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Formats the capabilities of a host, as text or as JSON. */
final class CheckView {
  private CheckView() {}

  /**
   * Returns whether this host can run VMs.
   *
   * @param notNeeded the capabilities that are optional
   * @param accelerator the configured accelerator; {@code kvm} makes KVM mandatory
   */
  static boolean possible(List<Capability> all, Set<String> notNeeded, String accelerator) {
    return all.stream()
        .filter(c -> !notNeeded.contains(c.name()) || c.name().equals(accelerator))
        .allMatch(Capability::usable);
  }

  static List<String> lines(List<Capability> all, boolean possible) {
    TextTable table = new TextTable("CAPABILITY", "", "WHY");
    all.forEach(c -> table.row(c.name(), c.usable() ? "yes" : "no", c.why()));
    List<String> lines = new ArrayList<>(table.lines(0));
    lines.add("");
    lines.add(possible ? "VMs can be run here" : "VMs cannot be run here");
    return lines;
  }

  static JsonValue json(List<Capability> all, boolean possible) {
    List<JsonValue> capabilities =
        all.stream()
            .map(
                c ->
                    JsonValue.object()
                        .with("name", c.name())
                        .with("usable", c.usable())
                        .with("why", c.why()))
            .toList();
    return JsonValue.object()
        .with("possible", possible)
        .with("capabilities", JsonValue.array(capabilities));
  }
}
