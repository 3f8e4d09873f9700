package io.vmfactory.guest;

import io.vmfactory.configs.QemuConfig;
import io.vmfactory.vmm.Accelerator;
import io.vmfactory.vmm.AgentTransport;
import io.vmfactory.vmm.HypervisorInfo;
import io.vmfactory.vmm.Sizing;
import io.vmfactory.vmm.VmSpec;
import java.util.List;
import java.util.stream.Stream;

/** Makes the spec of the VMs that run this project's guest from the configuration. */
public final class SpecFactory {
  /**
   * TCG emulates a fast string instruction byte by byte. Without these flags, the guest moves
   * words.
   */
  private static final String TCG_CPU = "max,-erms,-fsrm";

  private SpecFactory() {}

  /**
   * Returns the spec of a VM as configured.
   *
   * @param host gives the accelerator, and the CPU model if none is configured
   */
  public static VmSpec of(QemuConfig qemu, HypervisorInfo host) {
    List<String> parameters =
        Stream.concat(GuestImage.KERNEL_PARAMETERS.stream(), qemu.kernelParams().stream()).toList();
    return new VmSpec(
        new VmSpec.Machine(
            qemu.machine().type(),
            qemu.machine().accelerators(),
            host.accelerator(),
            cpuModel(qemu, host)),
        sizing(qemu.defaultSize()),
        sizing(qemu.maxSize()),
        qemu.memorySlots(),
        new VmSpec.Kernel(qemu.kernel(), qemu.initrd(), parameters),
        AgentTransport.VIRTIO_SERIAL,
        devices(qemu));
  }

  private static VmSpec.Devices devices(QemuConfig qemu) {
    QemuConfig.Devices devices = qemu.devices();
    boolean express = qemu.machine().type().contains("q35");
    return new VmSpec.Devices(
        devices.driveSlots(),
        devices.readOnlyDriveSlots(),
        express ? devices.hotplugPorts() : 0,
        devices.nicSlots(),
        devices.driveSlotBytes());
  }

  private static String cpuModel(QemuConfig qemu, HypervisorInfo host) {
    if (!qemu.machine().cpuModel().isEmpty()) {
      return qemu.machine().cpuModel();
    }
    return host.accelerator() == Accelerator.KVM ? "host" : TCG_CPU;
  }

  private static Sizing sizing(QemuConfig.Size size) {
    return new Sizing(size.vcpus(), size.memoryMib());
  }
}
