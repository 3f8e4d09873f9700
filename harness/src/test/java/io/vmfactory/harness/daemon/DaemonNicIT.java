package io.vmfactory.harness.daemon;

import static io.vmfactory.harness.daemon.SpawnedDaemon.soon;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.vmfactory.api.v1.AttachNicResponse;
import io.vmfactory.api.v1.GetVmRequest;
import io.vmfactory.api.v1.Route;
import io.vmfactory.client.FactoryClient;
import io.vmfactory.client.FactoryException;
import io.vmfactory.client.FactoryException.Code;
import io.vmfactory.client.VmHandle;
import io.vmfactory.guest.GuestAgent;
import io.vmfactory.guest.GuestNetwork.Nic;
import io.vmfactory.linux.TestNamespace;
import io.vmfactory.vmm.NicAddress;
import io.vmfactory.vmm.VmId;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Tests NICs of a daemon's VMs, which outlive the daemon. */
@Tag("qemu")
@Timeout(value = 5, unit = TimeUnit.MINUTES)
final class DaemonNicIT {
  private final TestNamespace namespace = TestNamespace.make();
  private SpawnedDaemon daemon;
  private FactoryClient client;

  @BeforeEach
  void start() throws Exception {
    daemon = new SpawnedDaemon(List.of("nic_slots = 2"), "vm_cache_number = 1", "shell_number = 0");
    daemon.start();
    client = FactoryClient.open(daemon.socket());
    daemon.template(client);
    daemon.awaitStock(client, 1, 0);
  }

  @AfterEach
  void stop() throws Exception {
    client.close();
    daemon.close();
    namespace.close();
  }

  @Test
  void aWarmVmsNicIsConnectedAndTheNextDaemonKnowsThatItIs() throws Exception {
    String tap;
    try (VmHandle vm = client.getVm(GetVmRequest.getDefaultInstance(), soon());
        GuestAgent agent = vm.agent(soon())) {
      assertThat(vm.granted().getRoute()).isEqualTo(Route.WARM);
      tap = "vmf" + vm.vm().getId().substring(0, 11);
      AttachNicResponse first = vm.attachNic(namespace.path(), "", soon());
      assertThat(first.getName()).isEqualTo(tap + 0);
      VmId id = new VmId(vm.vm().getId());
      assertThat(first.getGuestMac()).isEqualTo(NicAddress.of(id, 0));
      namespace.run("ip", "address", "add", "10.9.0.1/24", "dev", first.getName());
      String guest = "10.9.0.2";
      Nic wish =
          new Nic(first.getGuestDevice(), "", List.of(guest + "/24"), 0, "02:00:00:00:00:02");
      assertThat(agent.network().update(wish, soon()).mac()).isEqualTo("02:00:00:00:00:02");
      reaches(guest);

      daemon.kill();
      daemon.start();
      reaches(guest);
      assertThat(vm.attachNic(namespace.path(), "second", soon()).getGuestDevice())
          .isEqualTo("eth1");
      refuses(Code.EXHAUSTED, vm, "third");
      assertThat(vm.detachNic(namespace.path(), "second", soon()).getGuestDevice())
          .isEqualTo("eth1");
      assertThat(vm.attachNic(namespace.path(), "third", soon()).getGuestDevice())
          .isEqualTo("eth1");
      reaches(guest);
    }
    assertThat(namespace.run("ip", "-o", "link")).doesNotContain(tap, "second", "third");
    assertThat(TestNamespace.here("ip", "-o", "link")).doesNotContain(tap);
  }

  private void reaches(String address) {
    assertThat(namespace.run("ping", "-c", "1", "-w", "30", address)).contains(" 0% packet loss");
  }

  @Test
  void aTakenNameIsReportedAsSuch() {
    namespace.run("ip", "link", "add", "web0", "type", "bridge");
    try (VmHandle vm = client.getVm(GetVmRequest.getDefaultInstance(), soon())) {
      refuses(Code.ALREADY_EXISTS, vm, "web0");
      refuses(Code.INVALID, vm, "we/b");
      assertThat(vm.attachNic(namespace.path(), "web1", soon()).getGuestDevice()).isEqualTo("eth0");
    }
  }

  private void refuses(Code code, VmHandle vm, String name) {
    assertThatExceptionOfType(FactoryException.class)
        .isThrownBy(() -> vm.attachNic(namespace.path(), name, soon()))
        .matches(e -> e.code() == code, code.name());
  }
}
