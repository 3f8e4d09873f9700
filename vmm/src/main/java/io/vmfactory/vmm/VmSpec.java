package io.vmfactory.vmm;

import java.nio.file.Path;
import java.util.List;

/**
 * A VM's devices and sizes. Two VMs of one spec have the same devices at the same places, so the
 * device state of one can be loaded into the other.
 *
 * @param machine board and CPU
 * @param boot CPUs and memory at boot
 * @param max the most that hot-plug can reach; equal to {@code boot} = no hot-plug
 * @param memorySlots number of hot-plug memory slots, 0..32
 * @param kernel what it boots
 * @param agent how the host reaches the agent
 * @param devices slots and ports that can be filled while the VM runs
 */
public record VmSpec(
    Machine machine,
    Sizing boot,
    Sizing max,
    int memorySlots,
    Kernel kernel,
    AgentTransport agent,
    Devices devices) {

  /** Makes the spec of a VM without slots or ports. */
  public VmSpec(
      Machine machine,
      Sizing boot,
      Sizing max,
      int memorySlots,
      Kernel kernel,
      AgentTransport agent) {
    this(machine, boot, max, memorySlots, kernel, agent, Devices.NONE);
  }

  /**
   * Board and CPU.
   *
   * @param type QEMU's machine type, e.g. {@code q35}
   * @param options further machine options, comma-separated as QEMU takes them (Kata's
   *     machine_accelerators); may be empty
   * @param accelerator what executes guest code
   * @param cpuModel QEMU's CPU model, e.g. {@code host} or {@code max}
   */
  public record Machine(String type, String options, Accelerator accelerator, String cpuModel) {}

  /**
   * The kernel that a VM boots.
   *
   * @param image bzImage or ELF
   * @param initrd initial ramdisk
   * @param parameters kernel command line, in order
   */
  public record Kernel(Path image, Path initrd, List<String> parameters) {
    public Kernel {
      parameters = List.copyOf(parameters);
    }
  }

  /**
   * Places for devices that are attached later. Empty places are part of the VM's device state.
   *
   * @param driveSlots slots for drives that the guest can write, 0..16
   * @param readOnlySlots slots for drives that the guest cannot write, 0..16
   * @param hotplugPorts ports for hot-plugged devices, 0..8; needs a board with PCI Express (q35)
   * @param nicSlots slots for network interfaces, 0..4
   * @param driveSlotBytes size in bytes that a drive slot shows to the guest, whatever file fills
   *     it
   */
  public record Devices(
      int driveSlots, int readOnlySlots, int hotplugPorts, int nicSlots, long driveSlotBytes) {
    /** No slots and no ports. */
    public static final Devices NONE = new Devices(0, 0, 0, 0, 0);
  }

  /** Returns this spec with other boot-time sizes. Raises the maximum if it would be smaller. */
  public VmSpec withBoot(Sizing sizing) {
    Sizing grown =
        new Sizing(
            Math.max(max.vcpus(), sizing.vcpus()), Math.max(max.memoryMib(), sizing.memoryMib()));
    return new VmSpec(machine, sizing, grown, memorySlots, kernel, agent, devices);
  }
}
