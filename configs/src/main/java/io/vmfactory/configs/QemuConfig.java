package io.vmfactory.configs;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * {@code [hypervisor.qemu]}
 *
 * @param path QEMU's executable; null = qemu-system-x86_64 on PATH
 * @param kernel guest kernel
 * @param initrd guest initial ramdisk
 * @param defaultSize vCPUs and memory of a VM that was asked for without
 * @param maxSize what a VM can grow to
 * @param memorySlots hot-plug slots, 0..32
 * @param machine board, its options and CPU
 * @param accelerator {@code auto}, {@code kvm} or {@code tcg}
 * @param kernelParams added to the built-in kernel command line
 * @param devices what can be attached to a running VM
 */
public record QemuConfig(
    @Nullable Path path,
    Path kernel,
    Path initrd,
    Size defaultSize,
    Size maxSize,
    int memorySlots,
    Machine machine,
    String accelerator,
    List<String> kernelParams,
    Devices devices) {
  public QemuConfig {
    kernelParams = List.copyOf(kernelParams);
  }

  /**
   * vCPUs and memory.
   *
   * @param vcpus 1..240
   * @param memoryMib 64 MiB and up
   */
  public record Size(int vcpus, int memoryMib) {}

  /**
   * Board and CPU.
   *
   * @param type QEMU machine type
   * @param accelerators further machine options, comma-separated (Kata's machine_accelerators)
   * @param cpuModel empty = {@code host} under KVM, {@code max,-erms,-fsrm} under TCG
   */
  public record Machine(String type, String accelerators, String cpuModel) {}

  /**
   * Places that every VM has from the start, for what is attached to it later.
   *
   * @param driveSlots drives the guest can write, 0..16
   * @param readOnlyDriveSlots drives it cannot write, 0..16
   * @param hotplugPorts places for whole devices, for when the slots are used up, 0..8
   * @param nicSlots network interfaces, 0..4
   * @param driveSlotBytes size that a drive slot shows to the guest, whatever is in it
   */
  public record Devices(
      int driveSlots,
      int readOnlyDriveSlots,
      int hotplugPorts,
      int nicSlots,
      long driveSlotBytes) {}
}
