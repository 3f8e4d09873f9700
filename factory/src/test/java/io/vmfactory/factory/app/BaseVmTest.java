package io.vmfactory.factory.app;

import static io.vmfactory.factory.app.Control.Detail.PLAIN;
import static io.vmfactory.factory.app.TestFactory.on;
import static io.vmfactory.factory.app.TestFactory.soon;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vmfactory.factory.events.Events.Kind;
import io.vmfactory.factory.journal.Journal;
import io.vmfactory.factory.journal.VmRecord.State;
import io.vmfactory.factory.request.GrantedVm;
import io.vmfactory.factory.request.Peer;
import io.vmfactory.factory.request.RequestException;
import io.vmfactory.factory.request.RequestException.Reason;
import io.vmfactory.factory.request.Route;
import io.vmfactory.factory.request.TestPeers;
import io.vmfactory.scripted.vmm.FakeVm;
import io.vmfactory.scripted.vmm.Script;
import io.vmfactory.vmm.VmExit;
import io.vmfactory.vmm.VmId;
import io.vmfactory.vmm.VmPhase;
import io.vmfactory.vmm.VmmException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class BaseVmTest {
  @TempDir private Path root;

  @ParameterizedTest
  @EnumSource(names = {"TEMPLATE", "COLD"})
  void aBaseVmIsPausedUntouchedAndForgotten(Route route) {
    TestFactory factory = new TestFactory(root);
    factory.template(1, 256);
    factory.template(1, 128); // too small, and a base VM is not grown
    GrantedVm given = factory.cases.vms().getBase(Peer.daemon(), on(route), soon());
    FakeVm vm = factory.hypervisor.vm(given.vm().identity().id());
    assertThat(given.vm().phase()).isEqualTo(VmPhase.PAUSED);
    assertThat(given.lease()).isNull();
    assertThat(vm.phase()).isEqualTo(VmPhase.DETACHED);
    assertThat(vm.size()).isEqualTo(factory.spec().boot());
    assertThat(factory.agents.unique(vm.identity().id())).isNull();
    assertThat(factory.agents.connected()).isEmpty();
    assertThat(new Journal().read(given.vm().folder()).orElseThrow().state())
        .isEqualTo(State.GIVEN_AWAY);
    assertThat(factory.status().vms()).isEmpty();
    assertThat(factory.kinds()).containsExactly(Kind.VM_GIVEN_AWAY);
    factory.close();
    assertThat(given.vm().folder().path()).exists();
    try (TestFactory next = factory.successor(Duration.ZERO)) {
      assertThat(given.vm().folder().path()).exists();
      assertThat(next.status().failures()).isEmpty();
    }
  }

  @Test
  void aBaseVmThatCannotBePausedIsEnded() {
    try (TestFactory factory = new TestFactory(root, 1)) {
      factory
          .hypervisor
          .script()
          .failAt(Script.Step.STOP, new VmmException(VmmException.Reason.FAILED, "no stop"));
      assertThatThrownBy(() -> factory.cases.vms().getBase(Peer.daemon(), on(Route.COLD), soon()))
          .hasMessage("no stop");
      factory.assertNothingLeft();
      factory.hypervisor.script().heal();
      factory.cases.vms().getBase(Peer.daemon(), on(Route.COLD), soon());
    }
  }

  @Test
  void aBaseVmHasAPlaceUntilItsProcessIsGone() {
    TestFactory factory = new TestFactory(root, 1);
    GrantedVm given = factory.cases.vms().getBase(Peer.daemon(), on(Route.COLD), soon());
    VmId id = given.vm().identity().id();
    assertThat(factory.status().baseVms())
        .singleElement()
        .satisfies(vm -> assertThat(vm.identity().id()).isEqualTo(id))
        .satisfies(vm -> assertThat(vm.phase()).isEqualTo(VmPhase.DETACHED));
    assertFull(factory);
    factory.close(); // waits for all other VMs
    try (TestFactory next = factory.successor(Duration.ZERO)) {
      assertThat(next.status().baseVms()).hasSize(1);
      assertFull(next);
      next.hypervisor.vm(id).exit(new VmExit(0, 0, ""));
      assertThat(next.get(on(Route.COLD)).lease()).isNotNull();
      assertThat(next.status().baseVms()).isEmpty();
    }
  }

  private static void assertFull(TestFactory factory) {
    for (int times = 0; times < 2; times++) {
      assertThatThrownBy(() -> factory.get(on(Route.COLD)))
          .isInstanceOfSatisfying(
              RequestException.class, e -> assertThat(e.reason()).isEqualTo(Reason.EXHAUSTED))
          .hasMessageContaining("1 of them base VMs");
    }
  }

  @Test
  void onlyRootAndTheDaemonsUserAreGivenBaseVms() {
    try (TestFactory factory = new TestFactory(root)) {
      for (Peer client : List.of(TestPeers.nobody(), TestPeers.administrator(7))) {
        assertThatThrownBy(() -> factory.cases.vms().getBase(client, on(Route.COLD), soon()))
            .isInstanceOfSatisfying(
                RequestException.class, e -> assertThat(e.reason()).isEqualTo(Reason.FORBIDDEN))
            .hasMessageContaining("GetBaseVm is for root");
      }
      factory.cases.vms().getBase(Peer.daemon(), on(Route.COLD), soon());
      assertThat(factory.cases.control().status(TestPeers.administrator(7), PLAIN).baseVms())
          .isEmpty();
    }
  }
}
