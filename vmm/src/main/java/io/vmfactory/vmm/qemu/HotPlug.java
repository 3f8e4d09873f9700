package io.vmfactory.vmm.qemu;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.vmm.Sizing;
import io.vmfactory.vmm.VmSpec;
import io.vmfactory.vmm.VmmException;
import io.vmfactory.vmm.VmmException.Reason;
import io.vmfactory.vmm.groups.ControlGroup;
import io.vmfactory.vmm.groups.GroupLimits;
import io.vmfactory.vmm.qmp.QmpCommand;
import io.vmfactory.vmm.qmp.QmpCommand.CpuPlace;
import io.vmfactory.vmm.qmp.QmpCommand.CpuSlot;
import io.vmfactory.vmm.qmp.QmpCommand.MemoryDevice;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletionStage;

/**
 * Adds CPUs and memory to a VM. Keeps no count of them: QEMU reports what was plugged, also by an
 * earlier daemon.
 *
 * @param spec the VM's spec
 */
record HotPlug(VmSpec spec, QemuMonitor monitor) {
  private static final long MIB = 1 << 20;

  private static final Comparator<CpuPlace> IN_ORDER =
      Comparator.comparingInt(CpuPlace::socket)
          .thenComparingInt(CpuPlace::die)
          .thenComparingInt(CpuPlace::core)
          .thenComparingInt(CpuPlace::thread);

  /**
   * Adds what the VM lacks, rounded up to whole blocks, and returns what it has then. One call at a
   * time.
   *
   * @param group grows with the VM
   */
  Sizing grow(Sizing wanted, ControlGroup group, QemuEvents events, Deadline deadline) {
    List<CpuSlot> cpus = monitor.execute(QmpCommand.hotpluggableCpus(), deadline);
    List<MemoryDevice> dimms = monitor.execute(QmpCommand.memoryDevices(), deadline);
    Sizing has = size(cpus, dimms);
    Sizing added = has.shortOf(wanted).inBlocks();
    Sizing grown = has.plus(added);
    require(added, grown, dimms.size());
    group.grow(GroupLimits.bytes(added.memoryMib()));
    group.weigh(grown.vcpus());
    if (added.vcpus() > 0) {
      addCpus(cpus, added.vcpus(), deadline);
    }
    if (added.memoryMib() > 0) {
      addMemory(dimms.size() + 1, added.memoryMib(), events, deadline);
    }
    return grown;
  }

  /** Returns whether CPUs or memory were plugged. */
  boolean isGrown(Deadline deadline) {
    List<CpuSlot> cpus = monitor.execute(QmpCommand.hotpluggableCpus(), deadline);
    List<MemoryDevice> dimms = monitor.execute(QmpCommand.memoryDevices(), deadline);
    return !size(cpus, dimms).equals(spec.boot());
  }

  private Sizing size(List<CpuSlot> cpus, List<MemoryDevice> dimms) {
    long vcpus = cpus.stream().filter(slot -> slot.occupant() != null).count();
    long plugged = dimms.stream().mapToLong(device -> device.dimm().size()).sum();
    return new Sizing((int) vcpus, spec.boot().memoryMib() + (int) (plugged / MIB));
  }

  private void require(Sizing added, Sizing grown, int dimms) {
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

  private void addCpus(List<CpuSlot> all, int count, Deadline deadline) {
    all.stream()
        .filter(slot -> slot.occupant() == null)
        .sorted(Comparator.comparing(CpuSlot::place, IN_ORDER))
        .limit(count)
        .forEach(slot -> monitor.execute(QmpCommand.addCpu(slot), deadline));
  }

  /** Returns when the guest has accepted the memory: the next program in it may need it at once. */
  private void addMemory(int number, int mib, QemuEvents events, Deadline deadline) {
    String ram = "ram" + number;
    String dimm = "dimm" + number;
    CompletionStage<Void> plugged = events.plugged(dimm);
    monitor.execute(QmpCommand.addRam(ram, mib * MIB), deadline);
    monitor.execute(QmpCommand.addDimm(dimm, ram), deadline);
    monitor.await(
        plugged, "the guest to take %s of %d MiB into use".formatted(dimm, mib), deadline);
  }
}
