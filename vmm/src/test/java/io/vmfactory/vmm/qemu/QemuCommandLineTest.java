package io.vmfactory.vmm.qemu;

import static org.assertj.core.api.Assertions.assertThat;

import io.vmfactory.linux.MemoryFile;
import io.vmfactory.linux.MemoryFiles;
import io.vmfactory.vmm.Accelerator;
import io.vmfactory.vmm.AgentTransport;
import io.vmfactory.vmm.GuestRam;
import io.vmfactory.vmm.Launch;
import io.vmfactory.vmm.Sizing;
import io.vmfactory.vmm.VmFolder;
import io.vmfactory.vmm.VmId;
import io.vmfactory.vmm.VmSpec;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class QemuCommandLineTest {
  private static final VmId ID = new VmId("0123456789abcdef0123456789abcdef");

  @Test
  void aVmWithMemoryOfItsOwn() {
    assertThat(lines(QemuCommandLine.boot(launch(new GuestRam.Anonymous()))))
        .isEqualTo(
            """
            -name vmfactory-0123456789abcdef0123456789abcdef
            -L /run/a,b
            -sandbox on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny
            -nodefaults
            -no-user-config
            -no-reboot
            -S
            -display none
            -machine q35,hpet=off,smbus=off,sata=off,usb=off,vmport=off,graphics=off,\
            firmware=qboot.rom,suppress-vmdesc=on,memory-backend=ram0,kernel_irqchip=split
            -global migration.send-configuration=off
            -accel tcg,tb-size=32
            -cpu max
            -global virtio-serial-pci.ioeventfd=off
            -global virtio-blk-pci.ioeventfd=off
            -smp 1,maxcpus=4
            -m 256M,slots=4,maxmem=2048M
            -object memory-backend-ram,id=ram0,size=256M
            -chardev socket,id=qmp,fd=3,server=on,wait=off
            -mon chardev=qmp,mode=control
            -add-fd fd=4,set=1
            -chardev file,id=console,append=on,path=/dev/fdset/1
            -serial chardev:console
            -device virtio-serial-pci,id=serial0,disable-legacy=off,disable-modern=on,max_ports=6
            -chardev socket,id=agent0,fd=5,server=on,wait=off
            -device virtserialport,bus=serial0.0,chardev=agent0,id=agentport0,\
            name=org.vmfactory.agent.0
            -chardev socket,id=agent1,fd=6,server=on,wait=off
            -device virtserialport,bus=serial0.0,chardev=agent1,id=agentport1,\
            name=org.vmfactory.agent.1
            -chardev socket,id=agent2,fd=7,server=on,wait=off
            -device virtserialport,bus=serial0.0,chardev=agent2,id=agentport2,\
            name=org.vmfactory.agent.2
            -chardev socket,id=agent3,fd=8,server=on,wait=off
            -device virtserialport,bus=serial0.0,chardev=agent3,id=agentport3,\
            name=org.vmfactory.agent.3
            -chardev socket,id=agent4,fd=9,server=on,wait=off
            -device virtserialport,bus=serial0.0,chardev=agent4,id=agentport4,\
            name=org.vmfactory.agent.4
            -kernel /k
            -initrd /i
            -append console=ttyS0 quiet
            """);
  }

  @Test
  void templateAndCloneDifferInSharingKernelAndIncomingOnly() {
    try (MemoryFile memory = MemoryFiles.create("golden", 4096)) {
      List<String> template = QemuCommandLine.boot(launch(new GuestRam.Shared(memory)));
      List<String> clone = QemuCommandLine.prepare(launch(new GuestRam.CopyOnWrite(memory)));
      String backend = "memory-backend-file,mem-path=/proc/self/fd/11,share=%s,id=ram0,size=256M";
      assertThat(template).contains(backend.formatted("on")).doesNotContain("-incoming");
      assertThat(clone).contains(backend.formatted("off")).doesNotContain("-kernel");
      assertThat(lines(clone)).endsWith("-incoming defer\n");
      int last = template.indexOf("-kernel");
      assertThat(clone.subList(0, last).toString().replace("share=off", "share=on"))
          .isEqualTo(template.subList(0, last).toString());
    }
  }

  @Test
  void aVsockDeviceIsAddedWhenAskedFor() {
    VmSpec spec = spec(new Sizing(1, 256), AgentTransport.VSOCK, Accelerator.KVM);
    List<String> line = QemuCommandLine.prepare(launch(spec, new GuestRam.Anonymous()));
    assertThat(line).contains("vhost-vsock-pci,id=vsock0,guest-cid=19088743");
    assertThat(line)
        .containsSequence("-accel", "kvm")
        .doesNotContain("virtio-blk-pci.ioeventfd=off");
  }

  @Test
  void eachNicSlotHasATapBehindTheMemory() {
    VmSpec plain = spec(new Sizing(1, 256), AgentTransport.VIRTIO_SERIAL, Accelerator.TCG);
    VmSpec spec = nics(plain, 2);
    try (MemoryFile memory = MemoryFiles.create("golden", 4096)) {
      var line = QemuCommandLine.prepare(launch(spec, new GuestRam.CopyOnWrite(memory)));
      assertThat(lines(line))
          .contains(
              """
              -netdev tap,id=tap0,fd=12
              -device virtio-net-pci,id=nic0,netdev=tap0,mac=02:76:6d:66:00:00,romfile=,\
              guest_announce=off
              -netdev tap,id=tap1,fd=13
              -device virtio-net-pci,id=nic1,netdev=tap1,mac=02:76:6d:66:00:01,romfile=,\
              guest_announce=off
              """);
    }
    assertThat(QemuCommandLine.boot(launch(spec, new GuestRam.Anonymous())))
        .contains("tap,id=tap0,fd=11");
  }

  private static VmSpec nics(VmSpec spec, int slots) {
    return new VmSpec(
        spec.machine(),
        spec.boot(),
        spec.max(),
        spec.memorySlots(),
        spec.kernel(),
        spec.agent(),
        new VmSpec.Devices(0, 0, 0, slots, 0));
  }

  @Test
  void emptySlotsAndPortsHaveFixedPlaces() {
    VmSpec plain = spec(new Sizing(1, 256), AgentTransport.VIRTIO_SERIAL, Accelerator.TCG);
    VmSpec spec =
        new VmSpec(
            plain.machine(),
            plain.boot(),
            plain.max(),
            plain.memorySlots(),
            plain.kernel(),
            plain.agent(),
            new VmSpec.Devices(10, 1, 1, 0, 1 << 20));
    String line = lines(QemuCommandLine.boot(launch(spec, new GuestRam.Anonymous())));
    assertThat(line)
        .contains(
            """
            -blockdev null-co,node-name=rw9.blank,size=1048576,read-zeroes=on
            -blockdev raw,node-name=rw9,file=rw9.blank
            -device virtio-blk-pci,id=rw9,drive=rw9,serial=rw9,addr=5.1,multifunction=on,\
            disable-legacy=off,disable-modern=on,num-queues=1,queue-size=64,werror=report,rerror=report
            -blockdev null-co,node-name=ro0.blank,size=1048576,read-zeroes=on,read-only=on
            -blockdev raw,node-name=ro0,file=ro0.blank,read-only=on
            -device virtio-blk-pci,id=ro0,drive=ro0,serial=ro0,addr=6.0,multifunction=on,\
            disable-legacy=off,disable-modern=on,num-queues=1,queue-size=64,werror=report,rerror=report
            -device pcie-root-port,id=port0,chassis=1,addr=10
            """);
  }

  @Test
  void linuxCountsDisksBeyondTheAlphabet() {
    assertThat(DriveBay.all(new VmSpec.Devices(16, 16, 2, 0, 1 << 20)))
        .extracting(DriveBay::guestDevice)
        .contains("/dev/vda", "/dev/vdz", "/dev/vdaa", "/dev/vdaf", "10/00", "11/00")
        .doesNotHaveDuplicates();
  }

  @Test
  void withoutRoomToGrowThereAreNoMemorySlots() {
    VmSpec spec = spec(new Sizing(4, 2048), AgentTransport.VIRTIO_SERIAL, Accelerator.TCG);
    assertThat(QemuCommandLine.boot(launch(spec, new GuestRam.Anonymous())))
        .containsSequence("-m", "2048M");
  }

  private static Launch launch(GuestRam ram) {
    return launch(spec(new Sizing(1, 256), AgentTransport.VIRTIO_SERIAL, Accelerator.TCG), ram);
  }

  private static Launch launch(VmSpec spec, GuestRam ram) {
    return new Launch(ID, spec, new VmFolder(Path.of("/run/a,b")), ram);
  }

  private static VmSpec spec(Sizing boot, AgentTransport agent, Accelerator accelerator) {
    return new VmSpec(
        new VmSpec.Machine("q35", "kernel_irqchip=split", accelerator, "max"),
        boot,
        new Sizing(4, 2048),
        4,
        new VmSpec.Kernel(Path.of("/k"), Path.of("/i"), List.of("console=ttyS0", "quiet")),
        agent);
  }

  /** One option per line. */
  private static String lines(List<String> arguments) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < arguments.size(); i++) {
      boolean value = i + 1 < arguments.size() && !arguments.get(i + 1).startsWith("-");
      text.append(arguments.get(i)).append(value ? " " + arguments.get(++i) : "").append('\n');
    }
    return text.toString();
  }
}
