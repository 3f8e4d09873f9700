package io.vmfactory.vmm.qemu;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.vmm.Sizing;
import io.vmfactory.vmm.VmSpec;
import io.vmfactory.vmm.VmmException;
import io.vmfactory.vmm.VmmException.Reason;
import io.vmfactory.vmm.qmp.QmpCommand;
import io.vmfactory.vmm.qmp.QmpCommand.CpuPlace;
import io.vmfactory.vmm.qmp.QmpCommand.CpuSlot;
import java.util.Comparator;
import java.util.List;

/** Adds CPUs and memory to one VM and keeps count of them. Used by one step at a time. */
final class HotPlug {
  private static final Comparator<CpuPlace> IN_ORDER =
      Comparator.comparingInt(CpuPlace::socket)
          .thenComparingInt(CpuPlace::die)
          .thenComparingInt(CpuPlace::core)
          .thenComparingInt(CpuPlace::thread);

  private final VmSpec spec;
  private final QemuMonitor monitor;
  private Sizing now;
  private int dimms;

  HotPlug(VmSpec spec, QemuMonitor monitor) {
    this.spec = spec;
    this.monitor = monitor;
    this.now = spec.boot();
  }

  Sizing plug(Sizing extra, Deadline deadline) {
    Sizing added = extra.inBlocks();
    Sizing grown = now.plus(added);
    check(added, grown);
    if (added.vcpus() > 0) {
      addCpus(added.vcpus(), deadline);
    }
    if (added.memoryMib() > 0) {
      addMemory(added.memoryMib(), deadline);
    }
    now = grown;
    return added;
  }

  private void check(Sizing added, Sizing grown) {
    if (!spec.max().shortOf(grown).isZero()) {
      throw new VmmException(
          Reason.RESOURCES,
          "VM cannot grow to %d vCPUs and %d MiB: its maximum is %d and %d (max_vcpus, max_memory)"
              .formatted(
                  grown.vcpus(), grown.memoryMib(), spec.max().vcpus(), spec.max().memoryMib()));
    }
    if (added.memoryMib() > 0 && dimms == spec.memorySlots()) {
      throw new VmmException(
          Reason.RESOURCES,
          "all %d memory slots of the VM are used (memory_slots)".formatted(dimms));
    }
  }

  private void addCpus(int count, Deadline deadline) {
    List<CpuSlot> free =
        monitor.execute(QmpCommand.hotpluggableCpus(), deadline).stream()
            .filter(slot -> slot.occupant() == null)
            .sorted(Comparator.comparing(CpuSlot::place, IN_ORDER))
            .limit(count)
            .toList();
    for (CpuSlot slot : free) {
      monitor.execute(QmpCommand.addCpu(slot), deadline);
    }
  }

  private void addMemory(int mib, Deadline deadline) {
    String ram = "ram" + (dimms + 1);
    monitor.execute(QmpCommand.addRam(ram, mib * 1024L * 1024), deadline);
    monitor.execute(QmpCommand.addDimm("dimm" + (dimms + 1), ram), deadline);
    dimms++;
  }
}
