package io.vmfactory.template;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.configs.time.Laps;
import io.vmfactory.configs.time.WallClock;
import io.vmfactory.guest.GuestAgent;
import io.vmfactory.guest.GuestException;
import io.vmfactory.guest.GuestImage;
import io.vmfactory.guest.GuestNetwork.Neighbour;
import io.vmfactory.guest.GuestNetwork.Nic;
import io.vmfactory.guest.GuestNetwork.Route;
import io.vmfactory.guest.Uniqueness;
import io.vmfactory.guest.ttrpc.TtrpcAgents;
import io.vmfactory.linux.FileRights;
import io.vmfactory.linux.NetworkNamespace;
import io.vmfactory.linux.StreamSockets;
import io.vmfactory.linux.TestNamespace;
import io.vmfactory.vmm.Accelerator;
import io.vmfactory.vmm.AgentTransport;
import io.vmfactory.vmm.GuestRam;
import io.vmfactory.vmm.HypervisorInfo;
import io.vmfactory.vmm.Launch;
import io.vmfactory.vmm.NicAddress;
import io.vmfactory.vmm.NicPlace;
import io.vmfactory.vmm.Sizing;
import io.vmfactory.vmm.Vm;
import io.vmfactory.vmm.VmFolder;
import io.vmfactory.vmm.VmFolders;
import io.vmfactory.vmm.VmId;
import io.vmfactory.vmm.VmSpec;
import io.vmfactory.vmm.VmmException;
import io.vmfactory.vmm.VmmException.Reason;
import io.vmfactory.vmm.qemu.QemuHypervisor;
import io.vmfactory.vmm.qemu.QemuLeaks;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * Tests NIC slots of real clones, in network namespaces of the test. The template is built once.
 */
@Tag("qemu")
@ExtendWith(QemuLeaks.class)
@Timeout(300)
class NicIT {
  private static final String BRIDGE_MAC = "02:00:00:00:00:01";
  private static final List<String> IDS = new CopyOnWriteArrayList<>();

  @TempDir static Path dir;
  private static final StreamSockets SOCKETS = new StreamSockets();
  private static QemuHypervisor qemu;
  private static TtrpcAgents agents;
  private static StoredTemplates templates;
  private static TemplateInfo built;

  private TestNamespace namespace;

  @BeforeAll
  static void build() {
    agents = new TtrpcAgents(SOCKETS);
    Path program = Path.of("/usr/bin/qemu-system-x86_64");
    qemu =
        new QemuHypervisor(
            new HypervisorInfo(program, "as installed", Accelerator.TCG, "always works", "any"));
    templates =
        new StoredTemplates(
            new StorePlace(dir.resolve("t"), dir.resolve("secret"), dir.resolve("overlays")),
            qemu,
            agents,
            folders(),
            WallClock.system(),
            512L * TemplateFixture.MIB);
    built = templates.build(spec(), TemplateFixture.SILENT, soon());
  }

  @AfterAll
  static void close() {
    templates.close();
    qemu.close();
    SOCKETS.close();
  }

  @BeforeEach
  void network() {
    namespace = TestNamespace.make();
    namespace.run("ip", "link", "add", "br0", "address", BRIDGE_MAC, "type", "bridge");
    namespace.run("ip", "link", "set", "br0", "up");
    namespace.run("ip", "address", "add", "10.9.0.1/24", "dev", "br0");
    namespace.run("ip", "address", "add", "fd09::1/64", "dev", "br0", "nodad");
  }

  @AfterEach
  void nothingIsLeft() throws IOException {
    namespace.close();
    assertThat(TemplateFixture.names(dir.resolve("vm"))).isEmpty();
    assertThat(TestNamespace.here("ip", "-o", "link")).doesNotContain(IDS);
  }

  private static VmFolders folders() {
    return new VmFolders(dir.resolve("vm"));
  }

  private static VmId id() {
    VmId id = VmId.random();
    IDS.add(id.value().substring(0, 11));
    return id;
  }

  private static Deadline soon() {
    return Deadline.after(Duration.ofSeconds(90));
  }

  private static VmSpec spec() {
    Path guest = Path.of(System.getProperty("vmfactory.top"), "dist", "guest");
    return new VmSpec(
        new VmSpec.Machine("q35", "", Accelerator.TCG, "max"),
        new Sizing(1, 256),
        new Sizing(1, 256),
        0,
        new VmSpec.Kernel(
            guest.resolve("vmlinuz"), guest.resolve("initrd"), GuestImage.KERNEL_PARAMETERS),
        AgentTransport.VIRTIO_SERIAL,
        new VmSpec.Devices(0, 0, 0, 1, 0));
  }

  /** A running clone whose agent answers. */
  private record Clone(Vm vm, GuestAgent agent) implements AutoCloseable {
    static Clone start() {
      VmId id = id();
      VmFolder folder = folders().create(id);
      Vm vm = templates.restore(built.key(), id, folder, new Laps(), soon());
      vm.cont(soon());
      GuestAgent agent = agents.connect(folder.agentSocket(), soon());
      agent.awaitServing(soon());
      return new Clone(vm, agent);
    }

    NicPlace attach(TestNamespace to, String name) {
      try (NetworkNamespace target = NetworkNamespace.open(to.path(), FileRights.OWN)) {
        return vm.nics().attach(target, name, soon());
      }
    }

    @Override
    public void close() {
      agent.close();
      vm.kill();
    }
  }

  /** Connects the clone to the bridge, with addresses that end with {@code number}. */
  private Nic connect(Clone clone, int number) {
    NicPlace place = clone.attach(namespace, "web" + number);
    namespace.run("ip", "link", "set", place.name(), "master", "br0");
    return clone.agent().network().update(wish(place.guestDevice(), number), soon());
  }

  private static Nic wish(String device, int number) {
    List<String> addresses =
        List.of("10.9.0.%d/24".formatted(number), "fd09::%d/64".formatted(number));
    return new Nic(device, "net0", addresses, 1400, "02:00:00:00:00:0" + number);
  }

  private void ping(String address) {
    assertThat(namespace.run("ping", "-c", "1", "-w", "30", address)).contains(" 0% packet loss");
  }

  @Test
  void clonesInOneNetworkAreDistinguishedAndReached() {
    try (Clone one = Clone.start();
        Clone other = Clone.start()) {
      assertThat(one.agent().network().interfaces(soon()).toString())
          .as("as the template was")
          .contains("eth0", "02:76:6d:66:00:00");
      Nic first = connect(one, 2);
      Nic second = connect(other, 3);
      assertThat(first.name()).isEqualTo("net0");
      assertThat(first.mtu()).isEqualTo(1400);
      assertThat(first.addresses()).contains("10.9.0.2/24", "fd09::2/64");
      assertThat(first.mac()).isEqualTo("02:00:00:00:00:02").isNotEqualTo(second.mac());
      ping("10.9.0.2");
      ping("10.9.0.3");
      ping("fd09::2");
      ping("fd09::3");
      assertThat(namespace.run("ip", "neigh", "show", "10.9.0.3")).contains("02:00:00:00:00:03");
    }
  }

  /** The address is unlike any other before anything is attached, and stays when it is. */
  @Test
  void theGateGivesEachCloneAnAddressOfItsOwn() {
    try (Clone one = Clone.start();
        Clone other = Clone.start()) {
      for (Clone clone : List.of(one, other)) {
        VmId id = clone.vm().identity().id();
        clone.agent().makeUnique(Uniqueness.fresh(WallClock.system(), "vm-x", id), soon());
        String mac = NicAddress.of(id, 0);
        assertThat(clone.agent().network().interfaces(soon()))
            .filteredOn(nic -> nic.device().equals("eth0"))
            .extracting(Nic::mac)
            .containsExactly(mac);
        NicPlace place = clone.attach(namespace, "");
        assertThat(place.guestMac()).isEqualTo(mac);
        namespace.run("ip", "link", "set", place.name(), "master", "br0");
      }
      Nic plain = new Nic("eth0", "", List.of("10.9.0.7/24"), 0, "");
      String mac = one.agent().network().update(plain, soon()).mac();
      ping("10.9.0.7");
      assertThat(namespace.run("ip", "neigh", "show", "10.9.0.7")).contains(mac);
    }
  }

  @Test
  void routesAndNeighboursReachOutOfTheGuestsNetwork() {
    namespace.run("ip", "address", "add", "172.16.5.5/32", "dev", "br0");
    try (Clone clone = Clone.start()) {
      connect(clone, 2);
      assertThatThrownBy(() -> pingFrom("172.16.5.5")).hasMessageContaining("100% packet loss");
      List<Route> now =
          clone
              .agent()
              .network()
              .updateRoutes(List.of(new Route("", "10.9.0.1", "net0", "", false)), soon());
      assertThat(now).extracting(Route::destination).contains("", "10.9.0.0/24", "fd09::/64");
      clone
          .agent()
          .network()
          .addNeighbours(List.of(new Neighbour("10.9.0.1", "net0", BRIDGE_MAC)), soon());
      assertThat(pingFrom("172.16.5.5")).contains(" 0% packet loss");
      assertThat(clone.agent().network().routes(soon())).isEqualTo(now);
    }
  }

  private String pingFrom(String source) {
    return namespace.run("ping", "-c", "1", "-w", "2", "-I", source, "10.9.0.2");
  }

  @Test
  void aWrongNicIsRefusedWithTheFieldAndTheReason() {
    try (Clone clone = Clone.start()) {
      Nic multicast = new Nic("eth0", "", List.of(), 0, "03:00:00:00:00:01");
      assertThatThrownBy(() -> clone.agent().network().update(multicast, soon()))
          .isInstanceOf(GuestException.class)
          .hasMessageContaining("hwAddr");
      Nic absent = new Nic("eth9", "", List.of(), 0, "");
      assertThatThrownBy(() -> clone.agent().network().update(absent, soon()))
          .isInstanceOf(GuestException.class)
          .hasMessageContaining("eth9");
    }
  }

  @Test
  void aSlotIsTakenOnceAndStaysSo() {
    try (Clone clone = Clone.start()) {
      assertThat(clone.attach(namespace, "").name()).startsWith("vmf");
      assertThatThrownBy(() -> clone.attach(namespace, "more"))
          .isInstanceOfSatisfying(
              VmmException.class, e -> assertThat(e.reason()).isEqualTo(Reason.RESOURCES))
          .hasMessageContaining("nic_slots");
    }
    assertThat(namespace.run("ip", "-o", "link")).doesNotContain("vmf");
  }

  @Test
  void aVmOutlivesTheNetworkItIsIn() {
    try (Clone clone = Clone.start()) {
      clone.attach(namespace, "web0");
      namespace.close();
      clone.agent().awaitServing(soon());
      clone.vm().check(soon());
    }
  }

  @Test
  void aDirectBootHasTheSameSlots() {
    VmId id = id();
    VmFolder folder = folders().create(id);
    Vm vm = qemu.boot(new Launch(id, spec(), folder, new GuestRam.Anonymous()), soon());
    try (GuestAgent agent = agents.connect(folder.agentSocket(), soon())) {
      agent.awaitServing(soon());
      connect(new Clone(vm, agent), 4);
      ping("10.9.0.4");
    } finally {
      vm.kill();
    }
  }
}
