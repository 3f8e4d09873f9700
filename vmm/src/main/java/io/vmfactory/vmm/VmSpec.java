package io.vmfactory.vmm;

import java.nio.file.Path;
import java.util.List;

/**
 * What a VM is. Two VMs of one spec have the same devices at the same places, which is what lets
 * the state of one be loaded into the other.
 *
 * @param machine board and CPU
 * @param boot what it has at boot
 * @param max what it can grow to by hot-plug; equal to {@code boot} = no hot-plug
 * @param memorySlots number of hot-plug memory slots, 0..32
 * @param kernel what it boots
 * @param agent how the agent inside is reached
 * @param devices what can be attached while it runs
 */
public record VmSpec(
    Machine machine,
    Sizing boot,
    Sizing max,
    int memorySlots,
    Kernel kernel,
    AgentTransport agent,
    Devices devices) {

  /** A VM that nothing can be attached to. */
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
   * What a VM boots.
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
   * Places the VM has from the start, for what is attached to it later. Empty ones are part of its
   * device state.
   *
   * @param driveSlots drives that the guest can write, 0..16
   * @param readOnlySlots drives that it cannot write, 0..16
   * @param hotplugPorts places for whole devices, 0..8; needs a board with PCI Express (q35)
   * @param nicSlots network interfaces, 0..4
   * @param driveSlotBytes size that a drive slot shows to the guest, whatever is in it
   */
  public record Devices(
      int driveSlots, int readOnlySlots, int hotplugPorts, int nicSlots, long driveSlotBytes) {
    /** None at all. */
    public static final Devices NONE = new Devices(0, 0, 0, 0, 0);
  }

  /** This spec with other boot-time sizes; the maximum grows with it where it must. */
  public VmSpec withBoot(Sizing sizing) {
    Sizing grown =
        new Sizing(
            Math.max(max.vcpus(), sizing.vcpus()), Math.max(max.memoryMib(), sizing.memoryMib()));
    return new VmSpec(machine, sizing, grown, memorySlots, kernel, agent, devices);
  }
}
