package io.vmfactory.factory.app;

import static io.vmfactory.factory.app.TestFactory.any;
import static io.vmfactory.factory.app.TestFactory.soon;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vmfactory.configs.time.CancelledException;
import io.vmfactory.configs.time.Deadline;
import io.vmfactory.configs.time.DeadlineExceededException;
import io.vmfactory.factory.request.GrantedVm;
import io.vmfactory.factory.request.LeaseId;
import io.vmfactory.factory.request.Peer;
import io.vmfactory.factory.request.RequestException;
import io.vmfactory.factory.request.RequestException.Reason;
import io.vmfactory.factory.request.SnapshotRequest;
import io.vmfactory.scripted.ScriptedTemplates;
import io.vmfactory.scripted.vmm.FakeVm;
import io.vmfactory.scripted.vmm.Script;
import io.vmfactory.template.TemplateInfo;
import io.vmfactory.vmm.VmExit;
import io.vmfactory.vmm.VmPhase;
import io.vmfactory.vmm.VmmException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Snapshots that fail at a step, that end too late, and whose source ends meanwhile. */
@Timeout(60)
final class SnapshotFailureTest {
  private TestFactory factory;
  private GrantedVm source;

  @BeforeEach
  void start(@TempDir Path root) {
    factory = new TestFactory(root);
    factory.template(1, 256);
    source = factory.get(any());
  }

  @AfterEach
  void stop() {
    factory.close();
    assertThat(factory.folders()).isEmpty();
  }

  private StoredVm store(boolean end, Deadline deadline) {
    SnapshotRequest request = new SnapshotRequest(lease(), "python", new TreeMap<>(), "", end);
    return factory.cases.templates().snapshot(Peer.daemon(), request, deadline);
  }

  private LeaseId lease() {
    return Objects.requireNonNull(source.lease()).id();
  }

  private FakeVm vm() {
    return factory.hypervisor.vm(source.vm().identity().id());
  }

  /** Each step, with the source going on and with the source ending. */
  static Stream<Arguments> steps() {
    return Stream.of(Script.Step.SNAPSHOT, ScriptedTemplates.Step.STORE)
        .flatMap(step -> Stream.of(Arguments.of(step, false), Arguments.of(step, true)));
  }

  private CompletionStage<Void> hang(Enum<?> step) {
    return step instanceof Script.Step s
        ? factory.hypervisor.script().hangAt(s).reached()
        : factory.templates.faults.hangAt((ScriptedTemplates.Step) step);
  }

  @ParameterizedTest
  @MethodSource("steps")
  void aStepThatHangsPastTheDeadlineLeavesTheSourceRunning(Enum<?> step, boolean end) {
    hang(step);
    Deadline brief = Deadline.after(Duration.ofMillis(30));
    assertThatThrownBy(() -> store(end, brief)).isInstanceOf(DeadlineExceededException.class);
    assertOnlyTheSourceIsLeft();
  }

  @ParameterizedTest
  @MethodSource("steps")
  void aCancelledStepLeavesTheSourceRunning(Enum<?> step, boolean end) {
    CompletionStage<Void> reached = hang(step);
    CompletableFuture<Throwable> thrown = new CompletableFuture<>();
    Thread worker =
        new Thread(
            () -> {
              try {
                thrown.complete(new AssertionError("stored: " + store(end, soon())));
              } catch (Throwable e) {
                thrown.complete(e);
              }
            });
    worker.start();
    soon().await(reached, "the step");
    worker.interrupt();
    assertThat(soon().await(thrown, "the end")).isInstanceOf(CancelledException.class);
    assertOnlyTheSourceIsLeft();
  }

  private void assertOnlyTheSourceIsLeft() {
    assertThat(vm().phase()).isEqualTo(VmPhase.RUNNING);
    assertThat(factory.status().leases()).hasSize(1);
    assertThat(factory.cases.templates().list(Peer.daemon())).allMatch(t -> t.info().isBuilt());
    assertThat(factory.folders()).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aSourceThatDiesBeforeItsSnapshotIsReportedAsThat(boolean end) {
    factory
        .hypervisor
        .script()
        .failAt(Script.Step.SNAPSHOT, new VmmException(VmmException.Reason.DIED, "broke"));
    Script.Gate gate = factory.hypervisor.script().hangAt(Script.Step.SNAPSHOT);
    var unused =
        gate.reached()
            .thenRun(
                () -> {
                  vm().exit(new VmExit(1, 0, ""));
                  gate.open();
                });
    assertThatThrownBy(() -> store(end, soon()))
        .isInstanceOfSatisfying(
            RequestException.class, e -> assertThat(e.reason()).isEqualTo(Reason.NOT_FOUND))
        .hasMessageContaining("its VM died");
    assertNothingButTheTemplates(0);
  }

  /** The snapshot is whole by then, so it is stored. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aSourceThatDiesAfterItsSnapshotIsStored(boolean end) {
    CompletableFuture<Void> open = new CompletableFuture<>();
    factory.templates.beforeStore =
        () -> {
          vm().exit(new VmExit(1, 0, ""));
          open.complete(null);
        };
    assertThat(store(end, soon()).template().label()).isEqualTo("python:1");
    assertThat(open).isDone();
    assertNothingButTheTemplates(1);
  }

  @Test
  void aSourceWhoseLeaseIsReleasedWhileItIsStoredIsStored() {
    factory.templates.beforeStore = () -> factory.cases.vms().release(Peer.daemon(), lease());
    assertThat(store(true, soon()).template().label()).isEqualTo("python:1");
    assertNothingButTheTemplates(1);
  }

  private void assertNothingButTheTemplates(int stored) {
    factory.lingered();
    assertThat(factory.status().leases()).isEmpty();
    assertThat(factory.folders()).isEmpty();
    assertThat(factory.cases.templates().list(Peer.daemon()))
        .filteredOn(t -> !t.info().isBuilt())
        .extracting(t -> t.info())
        .hasSize(stored)
        .allMatch(TemplateInfo::usable);
  }
}
