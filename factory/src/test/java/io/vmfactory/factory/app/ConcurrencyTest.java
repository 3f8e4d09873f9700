package io.vmfactory.factory.app;

import static io.vmfactory.factory.app.TestFactory.any;
import static io.vmfactory.factory.app.TestFactory.on;
import static io.vmfactory.factory.app.TestFactory.soon;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.factory.app.TemplateDesk.TemplateRequest;
import io.vmfactory.factory.events.Events.Kind;
import io.vmfactory.factory.request.GrantedVm;
import io.vmfactory.factory.request.Lease;
import io.vmfactory.factory.request.Peer;
import io.vmfactory.factory.request.RequestException;
import io.vmfactory.factory.request.RequestException.Reason;
import io.vmfactory.factory.request.Route;
import io.vmfactory.factory.request.VmRequest;
import io.vmfactory.scripted.ScriptedAgents;
import io.vmfactory.scripted.ScriptedTemplates;
import io.vmfactory.scripted.vmm.Script;
import io.vmfactory.vmm.VmId;
import io.vmfactory.vmm.VmPhase;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests many requests at once, and a shutdown in the middle of them. */
final class ConcurrencyTest {
  private final ExecutorService workers = Executors.newCachedThreadPool();
  @TempDir private Path root;

  @AfterEach
  void stop() {
    workers.shutdownNow();
  }

  private CompletableFuture<GrantedVm> begin(TestFactory factory, VmRequest request) {
    return CompletableFuture.supplyAsync(() -> factory.get(request), workers);
  }

  @Test
  void eightAtOnceAreEightVmsWithEightLeases() {
    try (TestFactory factory = new TestFactory(root)) {
      factory.template(1, 256);
      List<GrantedVm> granted =
          IntStream.range(0, 8).mapToObj(i -> begin(factory, any())).toList().stream()
              .map(f -> soon().await(f, "a VM"))
              .toList();
      Stream<VmId> ids = granted.stream().map(g -> g.vm().identity().id());
      assertThat(ids).doesNotHaveDuplicates().hasSize(8);
      assertThat(granted).extracting(g -> g.lease().id()).doesNotHaveDuplicates();
      assertThat(factory.status().leases())
          .containsExactlyInAnyOrderElementsOf(granted.stream().map(GrantedVm::lease).toList());
      factory.pass(TestFactory.TTL);
      factory.assertNothingLeft();
    }
  }

  @Test
  void theLimitCountsVmsThatAreStillBeingMade() {
    try (TestFactory factory = new TestFactory(root, 3)) {
      factory.template(1, 256);
      Script.Gate gate = factory.hypervisor.script().hangAt(Script.Step.CONT);
      List<CompletableFuture<Throwable>> all =
          IntStream.range(0, 12).mapToObj(i -> begin(factory, any()).handle((vm, e) -> e)).toList();
      soon().await(refused(all, 9), "nine refusals");
      gate.open();
      List<Throwable> outcomes = all.stream().map(f -> soon().await(f, "an outcome")).toList();
      assertThat(outcomes).filteredOn(e -> e == null).hasSize(3);
      assertThat(outcomes)
          .filteredOn(e -> e != null)
          .hasSize(9)
          .allSatisfy(e -> assertThat(e.getCause()).hasMessageContaining("all 3 VMs are in use"));
      assertThat(factory.status().leases()).hasSize(3);
      Lease one = factory.status().leases().get(0);
      factory.cases.vms().release(Peer.daemon(), one.id());
      assertThat(factory.get(any()).route()).isEqualTo(Route.TEMPLATE);
    }
  }

  /** Completes when {@code count} of {@code all} have ended in an exception. */
  private static CompletableFuture<Void> refused(
      List<CompletableFuture<Throwable>> all, int count) {
    CompletableFuture<Void> enough = new CompletableFuture<>();
    var left = new AtomicInteger(count);
    all.forEach(
        f -> {
          var unused =
              f.thenAccept(
                  e -> {
                    if (e != null && left.decrementAndGet() == 0) {
                      enough.complete(null);
                    }
                  });
        });
    return enough;
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aShutdownInTheMiddleCallsOffWhatIsUnderWay(boolean keepVms) {
    TestFactory factory = new TestFactory(root);
    factory.template(1, 256);
    GrantedVm leased = factory.get(any());
    var reached = factory.agents.faults.hangAt(ScriptedAgents.Step.UNIQUE);
    CompletableFuture<GrantedVm> underWay = begin(factory, on(Route.TEMPLATE, Route.COLD));
    soon().await(reached, "the gate of the second request");
    factory
        .cases
        .control()
        .shutdown(keepVms ? Control.AtEnd.KEEP_VMS : Control.AtEnd.END_VMS, soon());
    assertThatThrownBy(underWay::join)
        .isInstanceOf(CompletionException.class)
        .cause()
        .isInstanceOfSatisfying(
            RequestException.class, e -> assertThat(e.reason()).isEqualTo(Reason.SHUTTING_DOWN));
    assertThatThrownBy(() -> factory.get(any())).hasMessageContaining("shutting down");
    assertThat(factory.folders()).hasSize(keepVms ? 1 : 0);
    assertThat(factory.hypervisor.vm(leased.vm().identity().id()).phase())
        .isEqualTo(keepVms ? VmPhase.RUNNING : VmPhase.EXITED);
    assertThat(factory.kinds()).contains(Kind.SHUTTING_DOWN).doesNotContain(Kind.FAILURE);
    factory.pass(TestFactory.TTL);
    assertThat(factory.folders()).hasSize(keepVms ? 1 : 0);
    factory.close();
    assertThat(factory.folders()).hasSize(keepVms ? 1 : 0);
  }

  @Test
  void aShutdownCallsOffABuild() {
    TestFactory factory = new TestFactory(root);
    var reached = factory.templates.faults.hangAt(ScriptedTemplates.Step.BUILD);
    var build =
        CompletableFuture.supplyAsync(
            () -> factory.cases.templates().create(request(), Deadline.after(TestFactory.TTL)),
            workers);
    soon().await(reached, "the build");
    factory.close();
    assertThatThrownBy(build::join).hasMessageContaining("shutting down");
    assertThat(factory.templates.list()).isEmpty();
  }

  private static TemplateRequest request() {
    return new TemplateRequest(null, null, false, TemplateUseCasesTest.SILENT);
  }
}
