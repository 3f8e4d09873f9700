package io.vmfactory.vmm.qemu;

import io.vmfactory.vmm.Accelerator;
import io.vmfactory.vmm.AgentTransport;
import io.vmfactory.vmm.GuestRam;
import io.vmfactory.vmm.Launch;
import io.vmfactory.vmm.VmFolder;
import io.vmfactory.vmm.VmId;
import io.vmfactory.vmm.VmSpec;
import java.util.ArrayList;
import java.util.List;

/**
 * QEMU's arguments for one VM: a pure function of what is to be started. Template and clone differ
 * in memory's sharing, kernel and {@code -incoming} only, so that the state of one fits the other.
 */
final class QemuCommandLine {
  /** QEMU may not fork, gain rights or change limits, whatever a guest makes it do. */
  static final String SANDBOX =
      "on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny";

  /** The agent's first virtio-serial port: its device id in events. */
  static final String AGENT_PORT = "agentport0";

  /** What that port is attached to on the host's side. */
  static final String AGENT_CHARDEV = "agent0";

  /**
   * MiB of translated code TCG may keep. QEMU's default lets it grow to 1 GiB of private memory per
   * VM.
   */
  private static final int TRANSLATION_MIB = 32;

  /** A board's devices that no guest of ours uses: less state, less to emulate at boot. */
  private static final String NEEDLESS =
      ",hpet=off,smbus=off,sata=off,usb=off,vmport=off,graphics=off";

  /** QEMU's own, which only starts Linux: SeaBIOS takes a boot longer and a VM's state 192 KiB. */
  private static final String FIRMWARE = ",firmware=qboot.rom";

  private final List<String> arguments = new ArrayList<>();
  private final Launch launch;

  private QemuCommandLine(Launch launch) {
    this.launch = launch;
  }

  /** Boots from the kernel once told to {@code cont}. */
  static List<String> boot(Launch launch) {
    QemuCommandLine line = new QemuCommandLine(launch);
    line.common();
    line.kernel();
    return List.copyOf(line.arguments);
  }

  /** Waits for device state. */
  static List<String> prepare(Launch launch) {
    QemuCommandLine line = new QemuCommandLine(launch);
    line.common();
    line.add("-incoming", "defer");
    return List.copyOf(line.arguments);
  }

  private void common() {
    add("-name", launch.id().processName());
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
        machine.type() + (pc ? NEEDLESS + FIRMWARE : "") + ",memory-backend=ram0" + options);
    add("-accel", acceleration(machine.accelerator()));
    add("-cpu", machine.cpuModel());
    if (machine.accelerator() == Accelerator.TCG) {
      notifications();
    }
    add("-smp", launch.spec().boot().vcpus() + ",maxcpus=" + launch.spec().max().vcpus());
  }

  /**
   * What a guest tells a device is handled at once, by the thread that runs the guest. Under KVM it
   * is handed to another, since leaving the guest is dear; under TCG handing over is what is dear.
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
    String log = escaped(launch.folder().consoleLog().toString());
    add("-chardev", "file,id=console,append=on,path=" + log);
    add("-serial", "chardev:console");
  }

  /** Before devices without addresses of their own, which go where there is room. */
  private void drives() {
    arguments.addAll(DriveBay.arguments(launch.spec().devices()));
  }

  private void agent() {
    int ports = VmFolder.AGENT_PORTS;
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

  /** An address on AF_VSOCK, random as the id is: 2^16 to 2^31, clear of the well-known ones. */
  static long contextId(VmId id) {
    return (Long.parseLong(id.value().substring(0, 8), 16) & 0x7fffffffL) | 0x10000L;
  }

  /** A clone announces itself to nobody: which addresses it will have, its template cannot know. */
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

  /** A comma ends a value in QEMU's options unless it is doubled. */
  private static String escaped(String value) {
    return value.replace(",", ",,");
  }

  private void add(String... more) {
    arguments.addAll(List.of(more));
  }
}
