package io.vmfactory.cli;

import io.vmfactory.vmm.Capability;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** The capabilities of a host as people and programs read them. */
final class CheckView {
  private CheckView() {}

  /**
   * Whether VMs can be run.
   *
   * @param notNeeded capabilities that VMs can do without
   * @param accelerator as configured: {@code kvm} makes KVM needed
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
