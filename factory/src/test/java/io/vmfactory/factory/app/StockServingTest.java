package io.vmfactory.factory.app;

import static io.vmfactory.factory.app.TestFactory.any;
import static io.vmfactory.factory.app.TestFactory.on;
import static io.vmfactory.factory.app.TestFactory.sized;
import static io.vmfactory.factory.app.TestFactory.soon;
import static io.vmfactory.factory.app.TestFactory.stocked;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.configs.time.DeadlineExceededException;
import io.vmfactory.configs.time.Laps.Lap;
import io.vmfactory.factory.journal.VmRecord.State;
import io.vmfactory.factory.observe.Observer.Tier;
import io.vmfactory.factory.request.GrantedVm;
import io.vmfactory.factory.request.LeaseId;
import io.vmfactory.factory.request.Peer;
import io.vmfactory.factory.request.RequestException;
import io.vmfactory.factory.request.Route;
import io.vmfactory.factory.request.VmRequest;
import io.vmfactory.factory.routes.Routes;
import io.vmfactory.factory.stock.PoolView;
import io.vmfactory.guest.GuestException;
import io.vmfactory.pool.PoolFailure;
import io.vmfactory.scripted.ScriptedAgents;
import io.vmfactory.scripted.vmm.FakeVm;
import io.vmfactory.scripted.vmm.Script;
import io.vmfactory.vmm.Sizing;
import io.vmfactory.vmm.VmId;
import io.vmfactory.vmm.VmPhase;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Tests what customers get from the stock. */
@Timeout(60)
final class StockServingTest {
  @TempDir private Path root;

  private static String[] sizes(int warm, int shells) {
    return new String[] {"vm_cache_number = " + warm, "shell_number = " + shells};
  }

  private static List<String> hops(GrantedVm granted) {
    return granted.hops().stream().map(Lap::name).toList();
  }

  private static VmId id(GrantedVm granted) {
    return granted.vm().identity().id();
  }

  @Test
  void aWarmVmIsOnlyResumedAndWoken() {
    try (TestFactory factory = stocked(root, sizes(2, 1))) {
      FakeVm oldest = factory.idle(VmPhase.PAUSED).get(0);
      assertThat(factory.record(oldest).state()).isEqualTo(State.WARM);
      GrantedVm granted = factory.getAndRefill(any());
      assertThat(granted.route()).isEqualTo(Route.WARM);
      assertThat(granted.routeReason()).isEmpty();
      assertThat(id(granted)).isEqualTo(oldest.identity().id());
      assertThat(hops(granted)).containsExactly("admit", "claim", "cont", "wake", "lease");
      assertThat(factory.agents.calls(id(granted)))
          .containsExactly("connect PAUSED", "serving RUNNING", "unique RUNNING", "wake RUNNING");
      assertThat(granted.vm().phase()).isEqualTo(VmPhase.RUNNING);
      assertThat(granted.vm().hostname())
          .isEqualTo("vm-" + id(granted).shortened())
          .isEqualTo(factory.agents.unique(id(granted)).hostname());
      assertThat(granted.vm().createdAt()).isEqualTo(factory.now());
      assertThat(factory.agents.connected()).doesNotContain(id(granted)).hasSize(2);
      assertThat(factory.record(oldest).state()).isEqualTo(State.LEASED);
      assertThat(factory.record(oldest).route()).isEqualTo("WARM");
    }
  }

  @Test
  void onlyAWarmVmRehearsesAndItDoesSoBeforeItWaits() {
    try (TestFactory factory = stocked(root, sizes(1, 1))) {
      factory.agents.restoreHooks = 1;
      factory.agents.rehearsals = 1;
      factory.getAndRefill(on(Route.WARM));
      GrantedVm warm = factory.getAndRefill(on(Route.WARM));
      assertThat(factory.agents.calls(id(warm)))
          .containsSequence("unique RUNNING", "hooks RUNNING", "rehearsal RUNNING", "wake RUNNING");
      for (Route route : List.of(Route.SHELL, Route.TEMPLATE)) {
        GrantedVm other = factory.getAndRefill(on(route));
        assertThat(factory.agents.calls(id(other))).endsWith("unique RUNNING", "hooks RUNNING");
      }
    }
  }

  @Test
  void aVmWhoseRehearsalFailsDoesNotWait() {
    try (TestFactory factory = stocked(root, sizes(1, 0))) {
      String why = "rehearsal \"r\" of container c ended with status 1";
      factory.agents.rehearsals = 1;
      factory.agents.faults.failAt(
          ScriptedAgents.Step.REHEARSAL, new GuestException(GuestException.ABORTED, why, null));
      factory.getAndRefill(on(Route.WARM));
      assertThat(factory.idle(VmPhase.PAUSED)).isEmpty();
      assertThat(factory.pool(Tier.WARM).stats().failures())
          .anySatisfy(failure -> assertThat(failure.cause()).hasMessageContaining(why));
      assertThat(factory.getAndRefill(on(Route.TEMPLATE)).route()).isEqualTo(Route.TEMPLATE);
    }
  }

  @Test
  void whatWasTakenIsReplacedFromAShellAndTheShellFromNothing() {
    try (TestFactory factory = stocked(root, sizes(2, 1))) {
      FakeVm shell = factory.idle(VmPhase.INCOMING).get(0);
      factory.getAndRefill(any());
      assertThat(shell.phase()).isEqualTo(VmPhase.PAUSED);
      assertThat(factory.idle(VmPhase.PAUSED)).hasSize(2).contains(shell);
      assertThat(factory.idle(VmPhase.INCOMING)).hasSize(1).doesNotContain(shell);
      PoolView warm = factory.pool(Tier.WARM);
      assertThat(warm.stats().slots().idle()).isEqualTo(2);
      assertThat(warm.stats().traffic().hits()).isEqualTo(1);
      assertThat(factory.pool(Tier.SHELL).stats().slots().idle()).isEqualTo(1);
    }
  }

  @Test
  void aNameAndASizeOfItsOwnAreGivenAtTheHandOut() {
    try (TestFactory factory = stocked(root, sizes(1, 0))) {
      GrantedVm granted =
          factory.getAndRefill(new VmRequest("", 2, 300, null, List.of(Route.WARM), "web-1", ""));
      assertThat(granted.vm().hostname()).isEqualTo("web-1");
      assertThat(granted.vm().sizing()).isEqualTo(new Sizing(2, 384));
      assertThat(factory.agents.calls(id(granted)))
          .endsWith("wake as web-1 RUNNING", "online 2 RUNNING");
      assertThat(hops(granted))
          .containsExactly("admit", "claim", "cont", "wake", "plug", "online", "lease");
    }
  }

  @Test
  void aMissWalksOnAndSaysWhy() {
    try (TestFactory factory = stocked(root, sizes(0, 1))) {
      GrantedVm granted = factory.getAndRefill(any());
      assertThat(granted.route()).isEqualTo(Route.SHELL);
      assertThat(granted.routeReason())
          .isEqualTo("WARM: no warm VM on stock (target 0, 0 being made)");
      assertThat(hops(granted))
          .containsExactly(
              "admit", "undo", "turn", "claim", "load", "connect", "cont", "answer", "unique",
              "lease");
      assertThat(factory.record(factory.hypervisor.vm(id(granted))).route()).isEqualTo("SHELL");
      assertThat(factory.idle(VmPhase.INCOMING)).as("replaced").hasSize(1);
    }
  }

  @Test
  void anEmptyStockLeavesTheOtherRoutes() {
    try (TestFactory factory = stocked(root, sizes(0, 0))) {
      GrantedVm granted = factory.getAndRefill(any());
      assertThat(granted.route()).isEqualTo(Route.TEMPLATE);
      assertThat(granted.routeReason())
          .contains("WARM: no warm VM on stock", "SHELL: no shell on stock (target 0");
      assertThatThrownBy(() -> factory.getAndRefill(on(Route.WARM, Route.SHELL)))
          .isInstanceOf(RequestException.class)
          .hasMessageContaining("no shell on stock");
    }
  }

  @Test
  void aWarmVmNeedsNoMoreMemoryOfTheHost() {
    try (TestFactory factory = stocked(root, sizes(1, 0))) {
      factory.available(10);
      assertThatThrownBy(() -> factory.getAndRefill(sized(1, 512, Route.WARM)))
          .hasMessageContaining("the host has 10 MiB");
      assertThat(factory.getAndRefill(on(Route.WARM)).route()).isEqualTo(Route.WARM);
    }
  }

  @Test
  void aVmThatDoesNotWakeIsEndedAndTheNextOneServes() {
    try (TestFactory factory = stocked(root, sizes(2, 0))) {
      FakeVm broken = factory.idle(VmPhase.PAUSED).get(0);
      factory.agents.deaf.add(broken.identity().id());
      GrantedVm granted = factory.getAndRefill(any());
      assertThat(granted.route()).isEqualTo(Route.WARM);
      assertThat(granted.routeReason()).isEqualTo("WARM: the agent is deaf");
      assertThat(broken.phase()).isEqualTo(VmPhase.EXITED);
      assertThat(broken.launch().folder().path()).doesNotExist();
      PoolView warm = factory.pool(Tier.WARM);
      assertThat(warm.stats().traffic().poisoned()).isEqualTo(1);
      assertThat(warm.stats().failures().get(0).kind()).isEqualTo(PoolFailure.Kind.POISONED);
      assertThat(warm.stats().slots().idle()).isEqualTo(2);
      assertThat(factory.status().failures())
          .singleElement()
          .satisfies(f -> assertThat(f.what()).isEqualTo("route WARM"));
      assertThat(factory.agents.connected()).doesNotContain(broken.identity().id());
    }
  }

  @Test
  void oneRequestDoesNotUseUpTheStock() {
    try (TestFactory factory = stocked(root, sizes(8, 1))) {
      factory.agents.faults.failAt(ScriptedAgents.Step.WAKE, new GuestException(13, "no", null));
      assertThat(factory.getAndRefill(any()).route()).isEqualTo(Route.SHELL);
      assertThat(factory.pool(Tier.WARM).stats().traffic().poisoned()).isEqualTo(Routes.MOST_WARM);
    }
  }

  @Test
  void aVmThatHangsAtWakingLeavesTimeForAnother() {
    try (TestFactory factory = stocked(root, sizes(1, 1))) {
      FakeVm stuck = factory.idle(VmPhase.PAUSED).get(0);
      var unused = factory.agents.faults.hangAt(ScriptedAgents.Step.WAKE);
      GrantedVm granted =
          factory
              .cases
              .vms()
              .get(
                  Peer.daemon(),
                  on(Route.WARM, Route.TEMPLATE),
                  Deadline.after(Duration.ofSeconds(6)));
      assertThat(granted.route()).isEqualTo(Route.TEMPLATE);
      assertThat(granted.routeReason()).contains("WARM: given up to leave time for another VM");
      assertThat(stuck.phase()).isEqualTo(VmPhase.EXITED);
      assertThat(stuck.launch().folder().path()).as("with its record").doesNotExist();
      assertThat(factory.status().leases()).hasSize(1);
    }
  }

  @Test
  void theLeaseIsInTheJournalBeforeTheGuestHasAnswered() {
    try (TestFactory factory = stocked(root, sizes(1, 0))) {
      FakeVm taken = factory.idle(VmPhase.PAUSED).get(0);
      CompletableFuture<Void> waking = factory.agents.faults.hangAt(ScriptedAgents.Step.WAKE);
      CompletableFuture<GrantedVm> granted =
          CompletableFuture.supplyAsync(() -> factory.get(on(Route.WARM)));
      soon().await(waking, "the waking");
      assertThat(factory.record(taken).state()).isEqualTo(State.LEASED);
      assertThat(factory.status().leases()).as("nobody's yet").isEmpty();
      factory.agents.faults.letGo();
      LeaseId lease = soon().await(granted, "the VM").lease().id();
      assertThat(factory.record(taken).lease().id()).isEqualTo(lease.value());
      assertThat(factory.status().leases().get(0).id()).isEqualTo(lease);
    }
  }

  @Test
  void aRequestWhoseTimeIsOverEndsItsWarmVm() {
    try (TestFactory factory = stocked(root, sizes(1, 0))) {
      FakeVm taken = factory.idle(VmPhase.PAUSED).get(0);
      factory.hypervisor.script().hangAt(Script.Step.PLUG);
      assertThatThrownBy(
              () ->
                  factory
                      .cases
                      .vms()
                      .get(
                          Peer.daemon(),
                          sized(2, 300, Route.WARM),
                          Deadline.after(Duration.ofMillis(30))))
          .isInstanceOf(DeadlineExceededException.class);
      assertThat(taken.phase()).isEqualTo(VmPhase.EXITED);
      factory.lingered();
      assertThat(factory.idle(VmPhase.PAUSED)).as("replaced").hasSize(1);
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"WARM", "SHELL"})
  void aBaseVmOffTheStockIsPausedAndItsPortFree(Route route) {
    TestFactory factory = stocked(root, sizes(1, 1));
    GrantedVm given = factory.cases.vms().getBase(Peer.daemon(), on(route), soon());
    FakeVm vm = factory.hypervisor.vm(id(given));
    assertThat(given.route()).isEqualTo(route);
    assertThat(given.vm().phase()).isEqualTo(VmPhase.PAUSED);
    assertThat(vm.phase()).isEqualTo(VmPhase.DETACHED);
    assertThat(factory.agents.connected()).doesNotContain(id(given));
    assertThat(factory.record(vm).state()).isEqualTo(State.GIVEN_AWAY);
    factory.close();
    assertThat(factory.folders()).containsExactly(given.vm().folder().path());
  }

  @Test
  void refillHoldsBackWhileACustomersVmIsMade() {
    try (TestFactory factory = stocked(root, sizes(1, 0))) {
      Script.Gate gate = factory.hypervisor.script().hangAt(Script.Step.BOOT);
      CompletableFuture<GrantedVm> cold =
          CompletableFuture.supplyAsync(() -> factory.get(on(Route.COLD)));
      soon().await(gate.reached(), "the boot");
      assertThat(factory.status().restores().customers()).isEqualTo(1);
      factory.getAndRefill(on(Route.WARM));
      assertThat(factory.pool(Tier.WARM).stats().refillPauses()).isEqualTo(1);
      assertThat(factory.pool(Tier.WARM).stats().slots().idle()).isZero();
      gate.open();
      soon().await(cold, "the cold VM");
      factory.lingered();
      assertThat(factory.pool(Tier.WARM).stats().slots().idle()).isEqualTo(1);
      assertThat(factory.status().restores().customers()).isZero();
    }
  }

  @Test
  void whatIsTakenIsReplacedOnceItsCustomerIsServed() {
    try (TestFactory factory = stocked(root, sizes(1, 0))) {
      var waking = factory.agents.faults.hangAt(ScriptedAgents.Step.WAKE);
      CompletableFuture<GrantedVm> warm = CompletableFuture.supplyAsync(() -> factory.get(any()));
      soon().await(waking, "the waking");
      assertThat(factory.pool(Tier.WARM).stats().slots().allocating()).isZero();
      assertThat(factory.pool(Tier.WARM).stats().slots().idle()).isZero();
      factory.agents.faults.letGo();
      assertThat(soon().await(warm, "the warm VM").route()).isEqualTo(Route.WARM);
      assertThat(factory.pool(Tier.WARM).stats().slots().idle()).isZero();
      factory.lingered();
      assertThat(factory.pool(Tier.WARM).stats().slots().idle()).isEqualTo(1);
    }
  }

  @Test
  void tooManyWaitingRequestsAreRefusedWithATimeToWait() {
    String[] lines = {
      "vm_cache_number = 0", "shell_number = 0", "restores_at_once = 1", "max_waiting = 0"
    };
    try (TestFactory factory = stocked(root, lines)) {
      Script.Gate gate = factory.hypervisor.script().hangAt(Script.Step.LOAD);
      CompletableFuture<GrantedVm> first = CompletableFuture.supplyAsync(() -> factory.get(any()));
      soon().await(gate.reached(), "the first");
      assertThatThrownBy(() -> factory.getAndRefill(any()))
          .isInstanceOfSatisfying(
              RequestException.class,
              e -> {
                assertThat(e.reason()).isEqualTo(RequestException.Reason.EXHAUSTED);
                assertThat(e.retryAfter()).isPositive();
              });
      gate.open();
      soon().await(first, "the first");
      factory.lingered();
      assertThat(factory.pool(Tier.WARM).stats().refillPauses()).as("all lifted").isZero();
    }
  }
}
