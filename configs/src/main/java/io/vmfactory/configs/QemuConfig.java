package io.vmfactory.configs;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The {@code [hypervisor.qemu]} table of the configuration.
 *
 * @param path the QEMU executable; null means qemu-system-x86_64 on PATH
 * @param kernel the guest's kernel
 * @param initrd the guest's initial RAM disk
 * @param defaultSize vCPUs and memory of a VM if the request names none
 * @param maxSize vCPUs and memory that a VM can grow to
 * @param memorySlots slots for memory added to a running VM, 0..32
 * @param machine board, its options and CPU
 * @param accelerator {@code auto}, {@code kvm} or {@code tcg}
 * @param kernelParams parameters appended to the built-in kernel command line
 * @param devices places for devices that are attached to a running VM
 * @param isolation how VMs are kept apart from the host and from each other
 * @param driveLimits what the drives of VMs may take of the host's disks
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
    Devices devices,
    Isolation isolation,
    DriveLimits driveLimits) {
  public QemuConfig {
    kernelParams = List.copyOf(kernelParams);
  }

  /**
   * vCPUs and memory of a VM.
   *
   * @param vcpus 1..240
   * @param memoryMib {@link #LEAST_MEMORY_MIB} or more
   */
  public record Size(int vcpus, int memoryMib) {
    /**
     * The least memory of a VM in MiB. The guest's kernel needs 68 to come up with four vCPUs; with
     * this, a container has 17 MiB.
     */
    public static final int LEAST_MEMORY_MIB = 80;
  }

  /**
   * Board and CPU of a VM.
   *
   * @param type QEMU machine type
   * @param accelerators further machine options, separated by commas (machine_accelerators in Kata)
   * @param cpuModel CPU model; empty means {@code host} under KVM, {@code max,-erms,-fsrm} under
   *     TCG
   */
  public record Machine(String type, String accelerators, String cpuModel) {}

  /**
   * Places for devices. Every VM has them from its start; devices are attached to them later.
   *
   * @param driveSlots slots for drives that the guest can write, 0..16
   * @param readOnlyDriveSlots slots for drives that the guest cannot write, 0..16
   * @param hotplugPorts ports for whole devices, used when the slots are full, 0..8
   * @param nicSlots slots for network interfaces, 0..4
   * @param driveSlotBytes size in bytes that the guest sees of every drive slot, whatever drive is
   *     in it
   */
  public record Devices(
      int driveSlots,
      int readOnlyDriveSlots,
      int hotplugPorts,
      int nicSlots,
      long driveSlotBytes) {}

  /**
   * What the drives of VMs may take of the host's disks. 0 = no limit.
   *
   * @param mibPerSecond MiB per second that all drives of a VM together read and write
   * @param requestsPerSecond requests per second that they make
   * @param overlaysMib MiB that the copy-on-write files of all VMs together can hold
   * @param overlaysMibPerVm MiB that those of one VM can hold
   */
  public record DriveLimits(
      int mibPerSecond, int requestsPerSecond, int overlaysMib, int overlaysMibPerVm) {
    /** No limits. */
    public static final DriveLimits NONE = new DriveLimits(0, 0, 0, 0);
  }

  /**
   * How VMs are kept apart from the host and from each other.
   *
   * @param launcher the program that makes a VM's jail
   * @param firstUser the first user id of VMs, if the daemon is root's; group ids are the same
   * @param users how many user ids there are from the first
   * @param groups the control groups of VMs
   * @param systemCalls whether QEMU can make the system calls of a list only; needs a jail
   */
  public record Isolation(
      Mode mode, Path launcher, long firstUser, int users, Groups groups, Mode systemCalls) {
    /** Makes settings with the list of system calls, if this host allows it. */
    public Isolation(Mode mode, Path launcher, long firstUser, int users, Groups groups) {
      this(mode, launcher, firstUser, users, groups, Mode.AUTO);
    }

    /** Whether a VM gets a protection. */
    public enum Mode {
      /** If this host allows it. */
      AUTO,
      /** Always: the daemon does not start otherwise. */
      REQUIRED,
      /** Never. */
      NONE
    }

    /** Returns whether a VM of a daemon of root may have the user with that id. */
    public boolean isUser(long uid) {
      return uid >= firstUser && uid - firstUser < users;
    }

    /** Returns the settings for VMs without a jail. */
    public static Isolation none() {
      return new Isolation(Mode.NONE, Path.of("/nonexistent"), 1, 1, Groups.none(), Mode.NONE);
    }
  }

  /**
   * The control groups of VMs, which bound what a VM takes of the host.
   *
   * @param mode whether each VM has one
   * @param parent the group below which they are made: its path in the hierarchy of control groups,
   *     such as {@code /machines}; empty = below or beside the daemon's own group
   */
  public record Groups(Isolation.Mode mode, String parent) {
    /** Returns the settings for VMs that stay in the group of the process that starts them. */
    public static Groups none() {
      return new Groups(Isolation.Mode.NONE, "");
    }
  }
}
