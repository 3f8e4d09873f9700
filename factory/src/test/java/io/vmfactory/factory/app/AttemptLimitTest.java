package io.vmfactory.factory.app;

import static io.vmfactory.factory.app.TestFactory.on;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vmfactory.configs.PoolConfig.Fixed;
import io.vmfactory.configs.VmFactoryConfig;
import io.vmfactory.configs.time.Deadline;
import io.vmfactory.configs.time.DeadlineExceededException;
import io.vmfactory.factory.app.PoolDesk.PoolResize;
import io.vmfactory.factory.events.RecordedFailure;
import io.vmfactory.factory.observe.Observer.Tier;
import io.vmfactory.factory.request.GrantedVm;
import io.vmfactory.factory.request.Peer;
import io.vmfactory.factory.request.Route;
import io.vmfactory.factory.request.VmRequest;
import io.vmfactory.scripted.ScriptedAgents;
import io.vmfactory.scripted.vmm.FakeVm;
import io.vmfactory.scripted.vmm.Script;
import io.vmfactory.vmm.VmPhase;
import io.vmfactory.vmm.VmmException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Tests that a VM that hangs costs a request a limited time, on every route and at every step. */
@Timeout(60)
final class AttemptLimitTest {
  /** So short that a test waits for it, and longer than any scripted step. */
  private static final Duration LIMIT = Duration.ofMillis(300);

  private static final String GIVEN_UP = "given up to leave time for another VM";

  @TempDir private Path root;

  private TestFactory factory(int warm, int shells, String... more) {
    Stream<String> sizes =
        Stream.of(
            "vm_cache_number = " + warm, "shell_number = " + shells, "health_interval = \"1d\"");
    String[] lines = Stream.concat(sizes, Stream.of(more)).toArray(String[]::new);
    VmFactoryConfig config = TestFactory.stockedConfig(root, lines);
    return new TestFactory(root, TestFactory.answering(config, LIMIT), f -> f.template(1, 256));
  }

  /**
   * A step of a route that hangs, and a later route without that step.
   *
   * @param sized whether the request wants more than the template has
   */
  record Spot(Route route, Enum<?> step, Route next, boolean sized) {
    private VmRequest request() {
      Integer vcpus = sized ? 2 : null;
      return new VmRequest("", vcpus, null, null, List.of(route, next), "", "");
    }
  }

  static Stream<Spot> spots() {
    return Stream.of(
        new Spot(Route.WARM, Script.Step.CONT, Route.COLD, false),
        new Spot(Route.WARM, ScriptedAgents.Step.WAKE, Route.SHELL, false),
        new Spot(Route.WARM, Script.Step.PLUG, Route.COLD, true),
        new Spot(Route.WARM, ScriptedAgents.Step.ONLINE, Route.COLD, true),
        new Spot(Route.SHELL, Script.Step.LOAD, Route.COLD, false),
        new Spot(Route.SHELL, Script.Step.CONT, Route.COLD, false),
        new Spot(Route.SHELL, Script.Step.PLUG, Route.COLD, true),
        new Spot(Route.TEMPLATE, Script.Step.PREPARE, Route.COLD, false),
        new Spot(Route.TEMPLATE, Script.Step.LOAD, Route.COLD, false),
        new Spot(Route.TEMPLATE, Script.Step.CONT, Route.COLD, false),
        new Spot(Route.TEMPLATE, ScriptedAgents.Step.ONLINE, Route.COLD, true),
        new Spot(Route.COLD, Script.Step.BOOT, Route.TEMPLATE, false));
  }

  @Execution(ExecutionMode.CONCURRENT)
  @ParameterizedTest
  @MethodSource("spots")
  void aStepThatHangsLeavesTimeForTheNextRoute(Spot spot) {
    TestFactory factory = factory(1, 1);
    try (factory) {
      if (spot.step() instanceof Script.Step step) {
        factory.hypervisor.script().hangAt(step);
      } else {
        var unused = factory.agents.faults.hangAt((ScriptedAgents.Step) spot.step());
      }
      Deadline deadline = Deadline.after(LIMIT.multipliedBy(8));
      GrantedVm granted = factory.cases.vms().get(Peer.daemon(), spot.request(), deadline);
      assertThat(granted.route()).isEqualTo(spot.next());
      assertThat(granted.routeReason()).contains(spot.route() + ": " + GIVEN_UP, "300ms");
      assertThat(factory.status().leases()).hasSize(1);
      assertThat(factory.status().failures())
          .extracting(RecordedFailure::what)
          .contains("route " + spot.route());
      factory.cases.vms().release(Peer.daemon(), granted.lease().id());
    }
    assertThat(factory.hypervisor.vms()).extracting(FakeVm::phase).containsOnly(VmPhase.EXITED);
    assertThat(factory.folders()).isEmpty();
  }

  @Test
  void aFrozenShellIsEndedCountedAndReplaced() {
    try (TestFactory factory = factory(0, 2)) {
      FakeVm frozen = factory.idle(VmPhase.INCOMING).get(0);
      Script.Gate gate = factory.hypervisor.script().hangAt(Script.Step.LOAD);
      GrantedVm granted = factory.get(on(Route.SHELL, Route.COLD));
      gate.open();
      factory.lingered();
      assertThat(granted.route()).isEqualTo(Route.COLD);
      assertThat(frozen.phase()).isEqualTo(VmPhase.EXITED);
      assertThat(frozen.launch().folder().path()).doesNotExist();
      assertThat(factory.pool(Tier.SHELL).stats().traffic().poisoned()).isEqualTo(1);
      assertThat(factory.idle(VmPhase.INCOMING)).hasSize(2).doesNotContain(frozen);
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"WARM", "SHELL"})
  void theOnlyRouteFailsWithItsReasonLongBeforeTheDeadline(Route route) {
    try (TestFactory factory = factory(1, 1)) {
      factory.hypervisor.script().hangAt(route == Route.WARM ? Script.Step.CONT : Script.Step.LOAD);
      assertThatThrownBy(
              () ->
                  factory
                      .cases
                      .vms()
                      .get(Peer.daemon(), on(route), Deadline.after(Duration.ofHours(1))))
          .isInstanceOf(VmmException.class)
          .hasMessageContaining(GIVEN_UP)
          .hasMessageContaining("after 300 ms");
    }
  }

  @Test
  void aLongDeadlineIsSharedAndAShortOneIsNotWasted() {
    try (TestFactory factory = factory(0, 0)) {
      factory.hypervisor.script().hangAt(Script.Step.PREPARE);
      Duration shorter = LIMIT.dividedBy(3);
      assertThatThrownBy(
              () ->
                  factory
                      .cases
                      .vms()
                      .get(Peer.daemon(), on(Route.TEMPLATE, Route.COLD), Deadline.after(shorter)))
          .as("half of it would be too short for any VM")
          .isInstanceOf(DeadlineExceededException.class)
          .hasMessageContaining("after %d ms".formatted(shorter.toMillis()));
    }
  }

  @Test
  void aRefillGivesItsTurnBackWhenItsShellHangs() {
    try (TestFactory factory = factory(0, 1)) {
      FakeVm frozen = factory.idle(VmPhase.INCOMING).get(0);
      Script.Gate gate = factory.hypervisor.script().hangAt(Script.Step.LOAD);
      factory.cases.pools().resize(Peer.daemon(), new PoolResize("", new Fixed(1), null));
      assertThat(factory.status().restores().inFlight()).isZero();
      assertThat(factory.pool(Tier.WARM).stats().failures())
          .singleElement()
          .satisfies(f -> assertThat(f.cause()).hasMessageContaining("after 300 ms"));
      assertThat(frozen.phase()).isEqualTo(VmPhase.EXITED);
      gate.open();
      factory.pass(Duration.ofSeconds(1));
      assertThat(factory.idle(VmPhase.PAUSED)).hasSize(1);
    }
  }
}
