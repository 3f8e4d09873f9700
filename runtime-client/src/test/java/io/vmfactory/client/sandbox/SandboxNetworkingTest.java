package io.vmfactory.client.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.vmfactory.client.machine.AttachedNic;
import io.vmfactory.client.machine.Machine;
import io.vmfactory.client.sandbox.SandboxException.Reason;
import io.vmfactory.client.sandbox.SandboxNetwork.Link;
import io.vmfactory.configs.time.Deadline;
import io.vmfactory.guest.GuestNetwork;
import io.vmfactory.guest.GuestNetwork.Nic;
import io.vmfactory.vmm.VmmException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Tests which steps a network needs, with a guest that has two NIC slots. */
final class SandboxNetworkingTest {
  private static final Path NAMESPACE = Path.of("/run/netns/web");
  private static final String MAC = "aa:00:00:00:00:01";

  /** The guest's interfaces; the host knows each by its place. */
  private final List<Nic> guest =
      new ArrayList<>(List.of(nic("eth0", "02:00:00:00:00:00"), nic("eth1", "02:00:00:00:00:01")));

  private final List<String> hostEnds = new ArrayList<>(List.of("", ""));
  private final List<String> steps = new ArrayList<>();

  private final Scripted<Machine> machine =
      new Scripted<>(Machine.class)
          .on("attachNic", arguments -> move("attach", "", (String) arguments[1]))
          .on("detachNic", arguments -> move("detach", (String) arguments[1], ""));

  private final Scripted<GuestNetwork> network =
      new Scripted<>(GuestNetwork.class)
          .on("interfaces", none -> List.copyOf(guest))
          .on("updateRoutes", arguments -> arguments[0])
          .on("update", arguments -> update((Nic) arguments[0]));

  private static Nic nic(String name, String mac) {
    return new Nic(name, name, List.of("fe80::1/64"), 1500, mac);
  }

  private AttachedNic move(String verb, String from, String to) {
    int slot = hostEnds.indexOf(from);
    if (slot < 0) {
      throw new VmmException(VmmException.Reason.RESOURCES, "no NIC slot is free");
    }
    hostEnds.set(slot, to);
    steps.add(verb + " " + from + to);
    return new AttachedNic(guest.get(slot).mac());
  }

  /** As the agent does: by the MAC, or else by the name. */
  private Nic update(Nic wish) {
    int at = find(nic -> nic.mac().equals(wish.mac()));
    int slot = at >= 0 ? at : find(nic -> nic.name().equals(wish.device()));
    assertThat(slot).as("Link not found: " + wish).isNotNegative();
    Nic old = guest.get(slot);
    String name = wish.name().isEmpty() ? old.name() : wish.name();
    String mac = wish.mac().isEmpty() ? old.mac() : wish.mac();
    int mtu = wish.mtu() == 0 ? old.mtu() : wish.mtu();
    guest.set(slot, new Nic(name, name, wish.addresses(), mtu, mac));
    steps.add("set " + name);
    return guest.get(slot);
  }

  private int find(Predicate<Nic> which) {
    return IntStream.range(0, guest.size())
        .filter(i -> which.test(guest.get(i)))
        .findFirst()
        .orElse(-1);
  }

  private void connect(List<String> unused, Link... links) {
    SandboxNetwork wanted =
        new SandboxNetwork(NAMESPACE, List.of(links), List.of(), List.of(), unused);
    Deadline soon = Deadline.after(Duration.ofSeconds(10));
    new SandboxNetworking(machine.it(), network.it(), soon).run(wanted);
  }

  private static Link link(String name, boolean attached, String mac) {
    return new Link(name, "vmf-" + name, attached, mac, 1400, List.of("10.0.0.2/24"));
  }

  @Test
  void anInterfaceGetsASlotAndIsNotTouchedAgain() {
    connect(List.of(), link("web0", false, MAC));
    assertThat(steps).containsExactly("attach vmf-web0", "set web0");
    assertThat(guest.get(0)).isEqualTo(new Nic("web0", "web0", List.of("10.0.0.2/24"), 1400, MAC));
    steps.clear();
    connect(List.of(), link("web0", true, MAC));
    assertThat(steps).isEmpty();
  }

  @Test
  void anotherAddressIsSetInPlace() {
    connect(List.of(), link("web0", false, MAC));
    steps.clear();
    connect(List.of(), new Link("web0", "vmf-web0", true, MAC, 1400, List.of("10.0.0.3/24")));
    assertThat(steps).containsExactly("set web0");
    assertThat(guest.get(0).addresses()).containsExactly("10.0.0.3/24");
  }

  @Test
  void aCallThatWasCutOffAfterTheAttachmentIsFinished() {
    hostEnds.set(0, "vmf-web0");
    connect(List.of(), link("web0", true, MAC));
    assertThat(steps).containsExactly("detach vmf-web0", "attach vmf-web0", "set web0");
    assertThat(guest.get(0).mac()).isEqualTo(MAC);
  }

  @Test
  void namesOfSlotsMayHaveBeenExchanged() {
    connect(List.of(), link("eth1", false, MAC));
    guest.set(1, nic("eth0", "02:00:00:00:00:01")); // the agent exchanges the names
    connect(List.of(), link("eth1", true, MAC), link("eth2", false, "aa:00:00:00:00:02"));
    assertThat(guest).extracting(Nic::name).containsExactly("eth1", "eth2");
    assertThat(guest).extracting(Nic::mac).containsExactly(MAC, "aa:00:00:00:00:02");
  }

  @Test
  void whatIsNotUsedAnyMoreIsFree() {
    connect(List.of(), link("a", false, MAC), link("b", false, "aa:00:00:00:00:02"));
    steps.clear();
    connect(List.of("vmf-a"), link("b", true, "aa:00:00:00:00:02"));
    assertThat(steps).containsExactly("detach vmf-a", "set a");
    assertThat(guest.get(0).addresses()).isEmpty();
    connect(List.of(), link("c", false, "aa:00:00:00:00:03"));
    assertThat(hostEnds).containsExactly("vmf-c", "vmf-b");
  }

  @Test
  void moreInterfacesThanSlotsAreRefused() {
    assertThatExceptionOfType(SandboxException.class)
        .isThrownBy(
            () ->
                connect(
                    List.of(),
                    link("a", false, MAC),
                    link("b", false, "aa:00:00:00:00:02"),
                    link("c", false, "aa:00:00:00:00:03")))
        .withMessageContaining("NIC slot")
        .satisfies(e -> assertThat(e.reason()).isEqualTo(Reason.NO_ROOM));
  }
}
