package io.vmfactory.cli;

import io.vmfactory.api.v1.GetStatusResponse;
import io.vmfactory.api.v1.Memory;
import io.vmfactory.api.v1.Vm;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** Formats the results of the demonstration. */
final class DemoView {
  private static final int INDENT = 4;

  private DemoView() {}

  /**
   * Returns a table of what each VM cost.
   *
   * @param vms the first one is the baseline for the others
   */
  static List<String> costs(List<DemoVm> vms, GetStatusResponse status) {
    Map<String, Memory> memory =
        status.getVmsList().stream().collect(Collectors.toMap(Vm::getId, Vm::getMemory));
    Duration slow = vms.get(0).answeredAfter();
    TextTable table =
        new TextTable(
            "VM", "ROUTE", "ANSWERED AFTER", "SPEED-UP", "PRIVATE", "PRIVATE GUEST RAM", "SHARED");
    for (DemoVm vm : vms) {
      Memory used = memory.getOrDefault(vm.handle().vm().getId(), Memory.getDefaultInstance());
      table.row(
          Show.shortened(vm.handle().vm().getId()),
          vm.handle().granted().getRoute().name(),
          Show.micros(vm.answeredAfter().toNanos() / 1000),
          speedUp(slow, vm.answeredAfter()),
          Show.kib(used.getPrivateKib()),
          Show.kib(used.getGuestPrivateKib()),
          Show.kib(used.getSharedKib()));
    }
    return table.lines(INDENT);
  }

  /** Returns a note on the times if the accelerator is TCG, else nothing. */
  static List<String> caveat(String accelerator) {
    return accelerator.equals("kvm")
        ? List.of()
        : List.of(
            "    these times are under TCG (software emulation): the guest runs many times slower"
                + " than with KVM");
  }

  /**
   * Returns a table of how long each container took.
   *
   * @param containers the first one is the baseline for the others
   */
  static List<String> containers(List<DemoContainer> containers) {
    TextTable table =
        new TextTable("ROUTE", "FIRST OUTPUT AFTER", "SPEED-UP", "GONE AFTER", "OUTPUT");
    Duration slow = containers.get(0).firstOutput();
    for (DemoContainer container : containers) {
      table.row(
          container.route().name(),
          Show.micros(container.firstOutput().toNanos() / 1000),
          speedUp(slow, container.firstOutput()),
          Show.micros(container.gone().toNanos() / 1000),
          container.output());
    }
    return table.lines(INDENT);
  }

  private static String speedUp(Duration slow, Duration fast) {
    return String.format(Locale.ROOT, "%.1f x", (double) slow.toNanos() / fast.toNanos());
  }

  /** Returns a table of what each VM answered. */
  static List<String> answers(List<DemoVm> vms) {
    TextTable table =
        new TextTable("VM", "HOST NAME", "MACHINE ID", "RANDOM BYTES", "CLOCK OFF BY");
    for (DemoVm vm : vms) {
      table.row(
          Show.shortened(vm.handle().vm().getId()),
          vm.identity().hostname(),
          vm.identity().machineId(),
          HexFormat.of().formatHex(vm.identity().random()),
          Show.micros(vm.clockOff().toNanos() / 1000));
    }
    return table.lines(INDENT);
  }
}
