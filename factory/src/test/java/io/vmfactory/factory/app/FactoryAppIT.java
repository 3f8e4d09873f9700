package io.vmfactory.factory.app;

import static io.vmfactory.factory.app.RealFactory.soon;
import static io.vmfactory.factory.app.TestFactory.on;
import static io.vmfactory.factory.app.TestFactory.sized;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vmfactory.factory.app.RealFactory.Seen;
import io.vmfactory.factory.events.Events.Event;
import io.vmfactory.factory.events.Events.Kind;
import io.vmfactory.factory.request.GrantedVm;
import io.vmfactory.factory.request.Peer;
import io.vmfactory.factory.request.Route;
import io.vmfactory.factory.request.VmRequest;
import io.vmfactory.factory.request.VmView;
import io.vmfactory.factory.vm.VmMemory;
import io.vmfactory.guest.GuestAgent;
import io.vmfactory.guest.GuestException;
import io.vmfactory.vmm.Sizing;
import io.vmfactory.vmm.VmPhase;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * Tests on real QEMU with a real guest. All tests share one template; each ends with no VM left.
 */
@Tag("qemu")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class FactoryAppIT {
  private static final Duration CLOCK_TOLERANCE = Duration.ofMillis(50);

  private RealFactory factory;

  @BeforeAll
  void start(@TempDir Path root) throws IOException {
    factory = new RealFactory(root);
    factory.buildTemplate();
  }

  @AfterAll
  void stop() throws IOException {
    factory.close();
  }

  @AfterEach
  void nothingIsLeft() throws IOException {
    assertThat(factory.folders()).isEmpty();
    assertThat(factory.cases().control().status(Peer.daemon(), Control.Detail.PLAIN).leases())
        .isEmpty();
  }

  @Test
  void everyRouteEndsInTheSameState() {
    for (Route route : List.of(Route.TEMPLATE, Route.COLD)) {
      GrantedVm granted = factory.get(on(route));
      assertThat(granted.route()).isEqualTo(route);
      assertThat(granted.vm().phase()).isEqualTo(VmPhase.RUNNING);
      assertThat(granted.vm().sizing()).isEqualTo(new Sizing(1, 256));
      Seen seen = factory.look(granted);
      assertThat(seen.identity().hostname()).isEqualTo(granted.vm().hostname());
      VmView view =
          factory.cases().control().status(Peer.daemon(), Control.Detail.WITH_MEMORY).vms().get(0);
      assertThat(view.identity()).isEqualTo(granted.vm().identity());
      VmMemory memory = view.memory();
      assertThat(memory.guestPrivateKib()).isPositive().isLessThan(memory.privateKib());
      assertThat(memory.guestPrivateKib() < 16 * 1024).isEqualTo(route == Route.TEMPLATE);
      factory.release(granted);
    }
  }

  @Test
  void eightClonesAtOnceShareNothingThatMakesThemUnique() {
    List<GrantedVm> clones =
        IntStream.range(0, 8)
            .mapToObj(i -> CompletableFuture.supplyAsync(() -> factory.get(on(Route.TEMPLATE))))
            .toList()
            .stream()
            .map(vm -> soon().await(vm, "a clone"))
            .toList();
    List<Seen> seen = clones.stream().map(factory::look).toList();
    distinct(seen.stream().map(s -> s.identity().hostname()));
    distinct(seen.stream().map(s -> s.identity().machineId()));
    distinct(seen.stream().map(s -> s.identity().bootId()));
    distinct(seen.stream().map(s -> List.of(s.identity().random())));
    clones.forEach(factory::release);
  }

  private static void distinct(Stream<?> values) {
    assertThat(values.toList()).hasSize(8).doesNotHaveDuplicates();
  }

  /** The template's own clock has stood still since it was made. */
  @Test
  void theClockIsRightThoughTheTemplateHasAged() {
    List<Duration> off =
        Stream.generate(() -> factory.get(on(Route.TEMPLATE)))
            .limit(3)
            .map(this::clockOff)
            .toList();
    assertThat(off).allMatch(span -> span.compareTo(CLOCK_TOLERANCE) < 0);
  }

  private Duration clockOff(GrantedVm granted) {
    Duration off = factory.look(granted).clockOff();
    factory.release(granted);
    return off;
  }

  @Test
  void whatIsPluggedIsThereForTheGuest() {
    GrantedVm granted = factory.get(sized(2, 384, Route.TEMPLATE));
    assertThat(granted.vm().sizing()).isEqualTo(new Sizing(2, 384));
    try (GuestAgent agent = factory.agent(granted)) {
      agent.online(2, soon()); // answers only when two CPUs are online
      Matcher total = Pattern.compile("item=\"MemTotal\"} (\\d+)").matcher(agent.metrics(soon()));
      assertThat(total.find()).isTrue();
      assertThat(Long.parseLong(total.group(1))).isGreaterThan(256L << 20);
    }
    factory.release(granted);
  }

  @Test
  void aKilledVmIsNoticed() throws Exception {
    GrantedVm granted = factory.get(on(Route.TEMPLATE));
    CompletableFuture<Event> failure = factory.next(Kind.FAILURE, granted);
    CompletableFuture<Event> died = factory.next(Kind.VM_DIED, granted);
    ProcessHandle.of(granted.vm().identity().pid()).orElseThrow().destroyForcibly();
    assertThat(soon().await(died, "the news").detail()).contains("signal 9");
    soon().await(failure, "the failure");
    assertThatThrownBy(() -> factory.release(granted)).hasMessageContaining("no such lease");
    factory.awaitNoFolders();
  }

  @Test
  void aLeaseThatExpiresEndsItsVm() throws Exception {
    GrantedVm granted =
        factory.get(
            new VmRequest(
                "", null, null, Duration.ofSeconds(1), List.of(Route.TEMPLATE), "short", "test"));
    factory.awaitNoFolders();
    assertThatThrownBy(() -> factory.agent(granted)).isInstanceOf(GuestException.class);
  }

  @Test
  void aBaseVmIsItsOwnersAlone() {
    GrantedVm given = factory.cases().vms().getBase(Peer.daemon(), on(Route.TEMPLATE), soon());
    assertThat(given.vm().phase()).isEqualTo(VmPhase.PAUSED);
    assertThat(factory.cases().control().status(Peer.daemon(), Control.Detail.PLAIN).vms())
        .isEmpty();
    ProcessHandle owned = ProcessHandle.of(given.vm().identity().pid()).orElseThrow();
    assertThat(owned.isAlive()).isTrue();
    owned.destroyForcibly();
    soon().await(owned.onExit(), "the process to end");
    given.vm().folder().remove();
  }
}
