package io.vmfactory.vmm.qemu;

import io.vmfactory.vmm.Accelerator;
import io.vmfactory.vmm.AgentTransport;
import io.vmfactory.vmm.GuestRam;
import io.vmfactory.vmm.Launch;
import io.vmfactory.vmm.VmId;
import io.vmfactory.vmm.VmSpec;
import java.util.ArrayList;
import java.util.List;

/**
 * Makes QEMU's arguments for one VM: a pure function of the launch. Template and clone differ only
 * in how memory is shared, in the kernel and in {@code -incoming}, so the state of one fits the
 * other.
 */
final class QemuCommandLine {
  /** QEMU may not fork, gain rights or change limits, even if a guest takes control of it. */
  static final String SANDBOX =
      "on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny";

  /** The agent's first virtio-serial port, by its device id in events. */
  static final String AGENT_PORT = "agentport0";

  /** The character device behind that port on the host. */
  static final String AGENT_CHARDEV = "agent0";

  /** Number of QEMU's set of files that holds the console. */
  private static final int CONSOLE_SET = 1;

  /**
   * Limit of TCG's translated code in MiB. With QEMU's default it can grow to 1 GiB of private
   * memory per VM.
   */
  private static final int TRANSLATION_MIB = 32;

  /**
   * Devices of the board that our guests do not use: without them, less state and less boot work.
   */
  private static final String NEEDLESS =
      ",hpet=off,smbus=off,sata=off,usb=off,vmport=off,graphics=off";

  /**
   * QEMU's firmware that only starts Linux. SeaBIOS boots slower and adds 192 KiB to a VM's state.
   */
  private static final String FIRMWARE = ",firmware=qboot.rom";

  /**
   * Saved state consists of the devices (see {@code QmpCommand.saveDevices}), without a description
   * of itself behind them; with {@code send-configuration=off}, without one in front of them.
   */
  private static final String DEVICES_ONLY = ",suppress-vmdesc=on";

  private final List<String> arguments = new ArrayList<>();
  private final Launch launch;

  private QemuCommandLine(Launch launch) {
    this.launch = launch;
  }

  /** Returns arguments for a VM that boots its kernel at the first {@code cont}. */
  static List<String> boot(Launch launch) {
    QemuCommandLine line = new QemuCommandLine(launch);
    line.common();
    line.kernel();
    return List.copyOf(line.arguments);
  }

  /** Returns arguments for a VM that waits for device state. */
  static List<String> prepare(Launch launch) {
    QemuCommandLine line = new QemuCommandLine(launch);
    line.common();
    line.add("-incoming", "defer");
    return List.copyOf(line.arguments);
  }

  private void common() {
    add("-name", launch.id().processName());
    // A folder for firmware that holds none. It tells administrators whose QEMU this is.
    add("-L", launch.folder().path().toString());
    add("-sandbox", SANDBOX);
    add("-nodefaults", "-no-user-config", "-no-reboot", "-S");
    add("-display", "none");
    board(launch.spec().machine());
    memory();
    monitor();
    console();
    drives();
    agent();
    nics();
  }

  private void board(VmSpec.Machine machine) {
    boolean pc = machine.type().startsWith("q35") || machine.type().startsWith("pc");
    String options = machine.options().isEmpty() ? "" : "," + machine.options();
    add(
        "-machine",
        machine.type()
            + (pc ? NEEDLESS + FIRMWARE : "")
            + DEVICES_ONLY
            + ",memory-backend=ram0"
            + options);
    add("-global", "migration.send-configuration=off");
    add("-accel", acceleration(machine.accelerator()));
    add("-cpu", machine.cpuModel());
    if (machine.accelerator() == Accelerator.TCG) {
      notifications();
    }
    add("-smp", launch.spec().boot().vcpus() + ",maxcpus=" + launch.spec().max().vcpus());
  }

  /**
   * For TCG: lets the thread that runs the guest handle the guest's notifications to devices. Under
   * KVM another thread handles them, because leaving the guest is expensive. Under TCG the
   * hand-over to another thread is expensive.
   */
  private void notifications() {
    add("-global", "virtio-serial-pci.ioeventfd=off");
    add("-global", "virtio-blk-pci.ioeventfd=off");
  }

  static String acceleration(Accelerator accelerator) {
    return switch (accelerator) {
      case KVM -> "kvm";
      case TCG -> "tcg,tb-size=" + TRANSLATION_MIB;
    };
  }

  private void memory() {
    int boot = launch.spec().boot().memoryMib();
    int max = launch.spec().max().memoryMib();
    int slots = launch.spec().memorySlots();
    boolean grows = slots > 0 && max > boot;
    add("-m", boot + "M" + (grows ? ",slots=" + slots + ",maxmem=" + max + "M" : ""));
    add("-object", backend(launch.ram()) + ",id=ram0,size=" + boot + "M");
  }

  private static String backend(GuestRam ram) {
    if (ram instanceof GuestRam.Anonymous) {
      return "memory-backend-ram";
    }
    String share = ram instanceof GuestRam.Shared ? "on" : "off";
    return "memory-backend-file,mem-path=/proc/self/fd/" + Inheritance.RAM + ",share=" + share;
  }

  private void monitor() {
    add("-chardev", "socket,id=qmp,fd=" + Inheritance.QMP + ",server=on,wait=off");
    add("-mon", "chardev=qmp,mode=control");
  }

  private void console() {
    add("-add-fd", "fd=%d,set=%d".formatted(Inheritance.CONSOLE, CONSOLE_SET));
    add("-chardev", "file,id=console,append=on,path=/dev/fdset/" + CONSOLE_SET);
    add("-serial", "chardev:console");
  }

  /** Comes before devices without fixed addresses, because QEMU gives those the free addresses. */
  private void drives() {
    arguments.addAll(DriveBay.arguments(launch.spec().devices()));
  }

  private void agent() {
    int ports = AgentPorts.COUNT;
    // The guest's port 0 is kept for a console.
    add(
        "-device",
        "virtio-serial-pci,id=serial0,%s,max_ports=%d".formatted(DriveBay.TRANSPORT, ports + 1));
    for (int i = 0; i < ports; i++) {
      int fd = Inheritance.AGENT + i;
      add("-chardev", "socket,id=agent%d,fd=%d,server=on,wait=off".formatted(i, fd));
      add(
          "-device",
          "virtserialport,bus=serial0.0,chardev=agent%d,id=agentport%d,name=org.vmfactory.agent.%d"
              .formatted(i, i, i));
    }
    if (launch.spec().agent() == AgentTransport.VSOCK) {
      add("-device", "vhost-vsock-pci,id=vsock0,guest-cid=" + contextId(launch.id()));
    }
  }

  /**
   * Returns an AF_VSOCK address, derived from the random id: 2^16 to 2^31, above the reserved ones.
   */
  static long contextId(VmId id) {
    return (Long.parseLong(id.value().substring(0, 8), 16) & 0x7fffffffL) | 0x10000L;
  }

  /** A clone announces no address: its template cannot know which addresses the clone will have. */
  private void nics() {
    int first = Inheritance.taps(launch.ram());
    for (int i = 0; i < launch.spec().devices().nicSlots(); i++) {
      add("-netdev", "tap,id=tap%d,fd=%d".formatted(i, first + i));
      add(
          "-device",
          "virtio-net-pci,id=nic%d,netdev=tap%d,mac=%s,romfile=,guest_announce=off"
              .formatted(i, i, NicSlots.mac(i)));
    }
  }

  private void kernel() {
    VmSpec.Kernel kernel = launch.spec().kernel();
    add("-kernel", kernel.image().toString());
    add("-initrd", kernel.initrd().toString());
    add("-append", String.join(" ", kernel.parameters()));
  }

  private void add(String... more) {
    arguments.addAll(List.of(more));
  }
}
