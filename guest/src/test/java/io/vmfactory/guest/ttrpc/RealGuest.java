package io.vmfactory.guest.ttrpc;

import static org.assertj.core.api.Assertions.assertThat;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.guest.GuestAgent;
import io.vmfactory.guest.GuestImage;
import io.vmfactory.linux.StreamSockets;
import io.vmfactory.vmm.Accelerator;
import io.vmfactory.vmm.AgentTransport;
import io.vmfactory.vmm.GuestRam;
import io.vmfactory.vmm.HypervisorInfo;
import io.vmfactory.vmm.Launch;
import io.vmfactory.vmm.Sizing;
import io.vmfactory.vmm.Vm;
import io.vmfactory.vmm.VmDrives;
import io.vmfactory.vmm.VmFolder;
import io.vmfactory.vmm.VmFolders;
import io.vmfactory.vmm.VmId;
import io.vmfactory.vmm.VmSpec;
import io.vmfactory.vmm.qemu.QemuHypervisor;
import io.vmfactory.vmm.qemu.QemuLeaks;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * Our own guest, from dist/guest if no other is asked for, booted on QEMU with TCG, so that it
 * boots on every host.
 */
final class RealGuest implements AutoCloseable {
  private static final Path QEMU = Path.of("/usr/bin/qemu-system-x86_64");

  /** Another guest for all tests: {@code ./dev test guests} runs them with each that is pinned. */
  private static final Path IMAGE =
      Path.of(
          System.getProperty(
              "vmfactory.guest", System.getProperty("vmfactory.top") + "/dist/guest"));

  private final StreamSockets sockets = new StreamSockets();
  private final QemuHypervisor qemu =
      new QemuHypervisor(new HypervisorInfo(QEMU, "", Accelerator.TCG, "test", ""));
  private final TtrpcAgents agents = new TtrpcAgents(sockets);
  private final VmFolder folder;
  private final Vm vm;

  RealGuest(Path dir) {
    this(dir, VmSpec.Devices.NONE);
  }

  RealGuest(Path dir, VmSpec.Devices devices) {
    this(dir, devices, IMAGE);
  }

  /**
   * Boots a guest.
   *
   * @param image the folder with its kernel and initrd
   */
  RealGuest(Path dir, VmSpec.Devices devices, Path image) {
    VmId id = VmId.random();
    folder = new VmFolders(dir).create(id);
    VmSpec spec = spec(devices, image);
    vm = qemu.boot(new Launch(id, spec, folder, new GuestRam.Anonymous()), soon());
  }

  private static VmSpec spec(VmSpec.Devices devices, Path image) {
    Sizing size = new Sizing(1, 256);
    return new VmSpec(
        new VmSpec.Machine("q35", "", Accelerator.TCG, "max"),
        size,
        size,
        0,
        new VmSpec.Kernel(
            image.resolve("vmlinuz"), image.resolve("initrd"), GuestImage.KERNEL_PARAMETERS),
        AgentTransport.VIRTIO_SERIAL,
        devices);
  }

  static Deadline soon() {
    return Deadline.after(Duration.ofMinutes(2));
  }

  /** Returns the sockets of all ports. */
  List<Path> ports() {
    return folder.agentSockets();
  }

  Path socket() {
    return folder.agentSocket();
  }

  /** Makes a new connection with the client under test. */
  GuestAgent agent() {
    return agents.connect(socket(), soon());
  }

  /** Makes a connection over any port. The agent has answered on it. */
  GuestAgent greeted() {
    return agents.greet(ports(), soon());
  }

  VmDrives drives() {
    return vm.drives();
  }

  /** Stops its CPUs. */
  void stop() {
    vm.stop(soon());
  }

  /** Kills its process. The caller still calls {@link #close}. */
  void kill() {
    vm.kill();
  }

  /** Starts its CPUs again. */
  void cont() {
    vm.cont(soon());
  }

  @Override
  public void close() {
    vm.kill();
    qemu.close();
    sockets.close();
    assertThat(QemuLeaks.running()).as("QEMU processes left behind").isEmpty();
  }
}
