package io.vmfactory.factory.app;

import static io.vmfactory.factory.app.TestFactory.on;
import static io.vmfactory.factory.app.TestFactory.sized;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vmfactory.configs.time.CancelledException;
import io.vmfactory.configs.time.Deadline;
import io.vmfactory.configs.time.DeadlineExceededException;
import io.vmfactory.factory.events.Events;
import io.vmfactory.factory.request.GrantedVm;
import io.vmfactory.factory.request.Peer;
import io.vmfactory.factory.request.RequestException;
import io.vmfactory.factory.request.RequestException.Reason;
import io.vmfactory.factory.request.Route;
import io.vmfactory.factory.request.VmRequest;
import io.vmfactory.guest.GuestException;
import io.vmfactory.scripted.ScriptedAgents;
import io.vmfactory.scripted.ScriptedTemplates;
import io.vmfactory.scripted.vmm.FakeVm;
import io.vmfactory.scripted.vmm.Script;
import io.vmfactory.template.TemplateException;
import io.vmfactory.vmm.VmExit;
import io.vmfactory.vmm.VmPhase;
import io.vmfactory.vmm.VmmException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Tests that nothing is left, whichever step fails and however. */
final class GetVmFailureTest {
  private TestFactory factory;

  @BeforeEach
  void start(@TempDir Path root) {
    factory = new TestFactory(root);
    factory.template(1, 256);
  }

  @AfterEach
  void stop() {
    factory.close();
  }

  /** A step of a request that takes this route. */
  record Spot(Route route, Enum<?> step) {}

  static Stream<Spot> spots() {
    Stream<Enum<?>> clone =
        Stream.of(
            ScriptedTemplates.Step.RESTORE,
            Script.Step.PREPARE,
            Script.Step.LOAD,
            ScriptedAgents.Step.CONNECT,
            Script.Step.CONT,
            ScriptedAgents.Step.UNIQUE,
            Script.Step.PLUG,
            ScriptedAgents.Step.ONLINE);
    Stream<Enum<?>> cold =
        Stream.of(
            Script.Step.BOOT,
            ScriptedAgents.Step.CONNECT,
            ScriptedAgents.Step.SERVING,
            ScriptedAgents.Step.UNIQUE);
    return Stream.concat(
        clone.map(s -> new Spot(Route.TEMPLATE, s)), cold.map(s -> new Spot(Route.COLD, s)));
  }

  @ParameterizedTest
  @MethodSource("spots")
  void aFailedStepLeavesNothingAndIsKept(Spot spot) {
    fail(spot.step());
    assertThatThrownBy(() -> factory.get(request(spot)))
        .isNotInstanceOf(RequestException.class)
        .hasMessage("scripted failure");
    assertLeftNothing();
    assertThat(factory.status().failures())
        .singleElement()
        .satisfies(f -> assertThat(f.what()).isEqualTo("route " + spot.route()))
        .satisfies(f -> assertThat(f.cause()).isEqualTo("scripted failure"));
    assertThat(factory.kinds()).containsExactly(Events.Kind.FAILURE);
  }

  @ParameterizedTest
  @MethodSource("spots")
  void aCancelledStepLeavesNothing(Spot spot) {
    CompletionStage<Void> reached = hang(spot.step());
    Cancelled cancelled = cancelAt(reached, request(spot));
    assertThat(cancelled.thrown()).isInstanceOf(CancelledException.class);
    assertThat(cancelled.stillInterrupted()).isTrue();
    assertLeftNothing();
    assertThat(factory.status().failures()).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("spots")
  void aStepThatHangsPastTheDeadlineLeavesNothing(Spot spot) {
    hang(spot.step());
    Deadline brief = Deadline.after(Duration.ofMillis(30));
    assertThatThrownBy(() -> factory.cases.vms().get(Peer.daemon(), request(spot), brief))
        .isInstanceOf(DeadlineExceededException.class);
    assertLeftNothing();
    assertThat(factory.status().failures()).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("spots")
  void aFailedCloneIsFollowedByTheNextRouteAllowed(Spot spot) {
    if (spot.route() == Route.COLD || spot.step() instanceof ScriptedAgents.Step) {
      return; // the agent's steps would fail on the next route too
    }
    fail(spot.step());
    GrantedVm granted = factory.get(sized(2, 512, Route.TEMPLATE, Route.COLD));
    assertThat(granted.route()).isEqualTo(Route.COLD);
    assertThat(granted.routeReason()).isEqualTo("TEMPLATE: scripted failure");
    assertThat(factory.folders()).hasSize(1);
    assertThat(factory.status().failures()).hasSize(1);
  }

  @Test
  void aGuestThatNeverComesUpIsEndedAtTheDeadline() {
    factory.guest = vm -> {};
    Deadline brief = Deadline.after(Duration.ofMillis(300));
    assertThatThrownBy(() -> factory.cases.vms().get(Peer.daemon(), on(Route.COLD), brief))
        .hasMessageContaining("the guest to come up");
    assertLeftNothing();
  }

  @Test
  void aVmThatEndsWhileItIsMadeIsReportedInItsOwnWords() {
    var unused = factory.agents.faults.hangAt(ScriptedAgents.Step.UNIQUE).thenRun(this::endTheVm);
    factory.agents.faults.failAt(
        ScriptedAgents.Step.UNIQUE, new GuestException(14, "connection broke", null));
    assertThatThrownBy(() -> factory.get(on(Route.TEMPLATE)))
        .isInstanceOf(VmmException.class)
        .hasMessageContaining("exit code 1: no more luck")
        .hasMessageContaining("connection broke");
    assertLeftNothing();
  }

  @Test
  void aGuestThatPanicsBeforeItAnswersIsReportedInItsOwnWords() {
    factory.guest =
        vm -> {
          print(vm, "Kernel panic - not syncing: no init\r\n\u001b[0m" + "x\n".repeat(600));
          vm.exit(new VmExit(0, 0, ""));
        };
    assertThatThrownBy(() -> factory.get(on(Route.COLD)))
        .hasMessageContaining("exit code 0")
        .hasMessageContaining("its console ends with:\nKernel panic - not syncing: no init\n?[0m");
    assertLeftNothing();
  }

  private static void print(FakeVm vm, String text) {
    try {
      Files.writeString(vm.launch().folder().consoleLog(), text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void endTheVm() {
    factory.hypervisor.vms().get(0).exit(new VmExit(1, 0, "no more luck"));
    factory.agents.faults.letGo();
  }

  @Test
  void aHostThatHasNoMoreIsARefusalWithATimeToWait() {
    factory
        .hypervisor
        .script()
        .failAt(
            Script.Step.PREPARE, new VmmException(VmmException.Reason.RESOURCES, "no processes"));
    assertThatThrownBy(() -> factory.get(on(Route.TEMPLATE)))
        .isInstanceOfSatisfying(
            RequestException.class,
            e -> {
              assertThat(e.reason()).isEqualTo(Reason.EXHAUSTED);
              assertThat(e.retryAfter()).isPositive();
            })
        .hasMessageContaining("no processes");
    factory.hypervisor.script().heal();
    factory.templates.faults.failAt(
        ScriptedTemplates.Step.RESTORE,
        new TemplateException(TemplateException.Reason.RESOURCES, "no memory"));
    assertThatThrownBy(() -> factory.get(on(Route.TEMPLATE)))
        .isInstanceOf(RequestException.class)
        .hasMessageContaining("no memory");
  }

  @Test
  void whenAllRoutesFailTheFirstFailureIsThrownWithTheOthers() {
    fail(Script.Step.LOAD);
    fail(Script.Step.BOOT);
    assertThatThrownBy(() -> factory.get(on(Route.TEMPLATE, Route.COLD)))
        .isInstanceOf(VmmException.class)
        .satisfies(e -> assertThat(e.getSuppressed()).hasSize(1));
    assertLeftNothing();
  }

  @Test
  void aFolderThatCannotBeWrittenFailsTheRequest() throws Exception {
    Files.createDirectories(factory.root.resolve("run"));
    Files.createFile(factory.root.resolve("run/vm"));
    assertThatThrownBy(() -> factory.get(on(Route.TEMPLATE))).hasMessageContaining("folder");
    Files.delete(factory.root.resolve("run/vm"));
    assertThat(factory.hypervisor.vms()).isEmpty();
    assertThat(factory.get(on(Route.TEMPLATE)).route()).isEqualTo(Route.TEMPLATE);
  }

  private static VmRequest request(Spot spot) {
    return sized(2, 512, spot.route());
  }

  private void assertLeftNothing() {
    assertThat(factory.hypervisor.vms())
        .allSatisfy(vm -> assertThat(vm.phase()).isEqualTo(VmPhase.EXITED));
    assertThat(factory.folders()).isEmpty();
    assertThat(factory.agents.connected()).isEmpty();
    assertThat(factory.status().leases()).isEmpty();
    factory.lingered();
    assertThat(factory.scheduler.waiting()).isZero();
  }

  private void fail(Enum<?> step) {
    if (step instanceof Script.Step s) {
      factory
          .hypervisor
          .script()
          .failAt(s, new VmmException(VmmException.Reason.FAILED, "scripted failure"));
    } else if (step instanceof ScriptedAgents.Step s) {
      factory.agents.faults.failAt(s, new GuestException(13, "scripted failure", null));
    } else if (step instanceof ScriptedTemplates.Step s) {
      factory.templates.faults.failAt(
          s, new TemplateException(TemplateException.Reason.FAILED, "scripted failure"));
    }
  }

  private CompletionStage<Void> hang(Enum<?> step) {
    if (step instanceof Script.Step s) {
      return factory.hypervisor.script().hangAt(s).reached();
    }
    return step instanceof ScriptedAgents.Step s
        ? factory.agents.faults.hangAt(s)
        : factory.templates.faults.hangAt((ScriptedTemplates.Step) step);
  }

  record Cancelled(Throwable thrown, boolean stillInterrupted) {}

  /** Runs the request on its own thread and interrupts it at the step. */
  private Cancelled cancelAt(CompletionStage<Void> reached, VmRequest request) {
    CompletableFuture<Cancelled> result = new CompletableFuture<>();
    Thread worker =
        new Thread(
            () -> {
              try {
                factory.get(request);
                result.complete(new Cancelled(new AssertionError("was served"), false));
              } catch (Throwable e) {
                result.complete(new Cancelled(e, Thread.currentThread().isInterrupted()));
              }
            });
    worker.start();
    TestFactory.soon().await(reached, "the spot");
    worker.interrupt();
    return TestFactory.soon().await(result, "the cancelled request");
  }
}
