package io.vmfactory.factory.app;

import static io.vmfactory.factory.app.RealFactory.soon;
import static io.vmfactory.factory.app.TestFactory.any;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.vmfactory.configs.PoolConfig.Fixed;
import io.vmfactory.configs.time.Deadline;
import io.vmfactory.configs.time.DeadlineExceededException;
import io.vmfactory.factory.app.Attachments.DriveRequest;
import io.vmfactory.factory.app.PoolDesk.PoolResize;
import io.vmfactory.factory.events.Events.Event;
import io.vmfactory.factory.events.Events.Kind;
import io.vmfactory.factory.events.RecordedFailure;
import io.vmfactory.factory.journal.Journal;
import io.vmfactory.factory.journal.VmRecord;
import io.vmfactory.factory.journal.VmRecord.State;
import io.vmfactory.factory.request.GrantedVm;
import io.vmfactory.factory.request.Peer;
import io.vmfactory.factory.request.Route;
import io.vmfactory.factory.stock.PoolView;
import io.vmfactory.pool.PoolFailure;
import io.vmfactory.vmm.DeadMount;
import io.vmfactory.vmm.DriveMode;
import io.vmfactory.vmm.VmFolder;
import io.vmfactory.vmm.VmmException;
import io.vmfactory.vmm.VmmException.Reason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Tests a stock whose QEMU processes are stopped (SIGSTOP): they live, and answer nothing. The
 * daemon examines nothing by the clock here, so only requests and refills can find that out.
 */
@Tag("qemu")
@Timeout(300)
final class HangsIT {
  private static final int WARM = 3;
  private static final int SHELLS = 2;
  private static final String GIVEN_UP =
      "given up to leave time for another VM: deadline exceeded after 2000 ms";

  private RealFactory factory;

  @BeforeEach
  void fill(@TempDir Path root) throws IOException {
    factory =
        new RealFactory(
            root,
            List.of("WARM", "SHELL", "TEMPLATE"),
            TestFactory.pool(
                "vm_cache_number = " + WARM,
                "shell_number = " + SHELLS,
                "health_interval = \"1d\"",
                "probe_interval = \"1d\""));
    CompletableFuture<Event> filled = filled();
    factory.buildTemplate();
    soon().await(filled, "the stock to fill");
    assertThat(records(State.WARM)).hasSize(WARM);
    assertThat(records(State.SHELL)).hasSize(SHELLS);
  }

  /** Fails if a VM, a folder or a process is left. */
  @AfterEach
  void end() throws IOException {
    factory.cases().pools().drain(Peer.daemon(), "", soon());
    factory.close();
  }

  /** The shells fill last: each warm VM takes one. */
  private CompletableFuture<Event> filled() {
    return factory
        .next(Kind.POOL_FILLED, "WARM")
        .thenCombine(factory.next(Kind.POOL_FILLED, "SHELL"), (warm, shell) -> warm);
  }

  private List<VmRecord> records(State state) throws IOException {
    return factory.folders().stream()
        .flatMap(folder -> new Journal().read(new VmFolder(folder)).stream())
        .filter(record -> record.state() == state)
        .toList();
  }

  private List<ProcessHandle> freeze(State state) throws Exception {
    List<ProcessHandle> frozen =
        records(state).stream()
            .map(record -> ProcessHandle.of(record.process().pid()).orElseThrow())
            .toList();
    for (ProcessHandle process : frozen) {
      Process kill = new ProcessBuilder("kill", "-STOP", "" + process.pid()).inheritIO().start();
      assertThat(kill.waitFor()).isZero();
    }
    return frozen;
  }

  private static void gone(List<ProcessHandle> processes) {
    processes.forEach(p -> soon().await(p.onExit(), "process " + p.pid() + " to end"));
  }

  private void resize(int warm, int shells) {
    factory
        .cases()
        .pools()
        .resize(Peer.daemon(), new PoolResize("", new Fixed(warm), new Fixed(shells)));
  }

  /** An empty pool counts as filled: that event must not be taken for a later one. */
  private void keepOnlyShells() {
    CompletableFuture<Event> emptied = factory.next(Kind.POOL_FILLED, "WARM");
    resize(0, SHELLS);
    soon().await(emptied, "the warm VMs to go");
  }

  private PoolView pool(int tier) {
    return factory.cases().control().status(Peer.daemon(), Control.Detail.PLAIN).pools().get(tier);
  }

  /** Waits until all shells are on stock. Those that were frozen have ended. */
  private void awaitShells() {
    while (true) {
      CompletableFuture<Event> filled = factory.next(Kind.POOL_FILLED, "SHELL");
      if (pool(1).stats().slots().idle() == SHELLS) {
        return;
      }
      soon().await(filled, "the shells to be replaced");
    }
  }

  private GrantedVm usable() {
    GrantedVm granted = factory.get(any());
    factory.look(granted);
    return granted;
  }

  @Test
  void frozenShellsCostARequestOneLimitAndAreReplaced() throws Exception {
    keepOnlyShells();
    List<ProcessHandle> frozen = freeze(State.SHELL);
    GrantedVm granted = usable();
    assertThat(granted.route()).isEqualTo(Route.TEMPLATE);
    assertThat(granted.routeReason()).contains("SHELL: " + GIVEN_UP);
    factory.release(granted);
    gone(frozen); // the second is examined because the first hung
    awaitShells();
    assertThat(records(State.SHELL)).hasSize(SHELLS);
    assertThat(pool(1).stats().traffic().poisoned()).isEqualTo(1);
    assertThat(pool(1).stats().failures())
        .extracting(PoolFailure::kind)
        .contains(PoolFailure.Kind.POISONED, PoolFailure.Kind.PROBE);
    assertThat(factory.cases().control().status(Peer.daemon(), Control.Detail.PLAIN).failures())
        .extracting(RecordedFailure::what)
        .contains("route SHELL");
    factory.release(usable());
  }

  @Test
  void frozenWarmVmsCostARequestALimitEachAndAreReplaced() throws Exception {
    List<ProcessHandle> frozen = freeze(State.WARM);
    CompletableFuture<Event> filled = filled();
    GrantedVm granted = usable();
    assertThat(granted.route()).isIn(Route.SHELL, Route.TEMPLATE);
    assertThat(granted.routeReason()).contains("WARM: " + GIVEN_UP);
    factory.release(granted);
    gone(frozen);
    soon().await(filled, "the stock to fill again");
    assertThat(records(State.WARM)).hasSize(WARM);
    assertThat(pool(0).stats().traffic().poisoned()).isPositive();
    GrantedVm next = usable();
    assertThat(next.route()).isEqualTo(Route.WARM);
    factory.release(next);
  }

  @Test
  void drivesOnADeadFileSystemKeepNeitherTheirCallersNorOthers(@TempDir Path folder)
      throws Exception {
    assumeThat(DeadMount.isPossible()).as("root and /dev/fuse").isTrue();
    Path image = Files.write(folder.resolve("image"), new byte[1 << 20]);
    GrantedVm one = usable();
    GrantedVm other = usable();
    Peer peer = Peer.daemon();
    try (DeadMount dead = DeadMount.over(Files.createDirectory(folder.resolve("dead")))) {
      DriveRequest hangs =
          new DriveRequest(one.lease().id(), dead.file().toString(), DriveMode.READ_ONLY, peer);
      for (int times = 0; times < 70; times++) {
        Deadline deadline = Deadline.after(Duration.ofMillis(20));
        assertThatThrownBy(() -> factory.cases().attachments().attachDrive(hangs, deadline))
            .isInstanceOfAny(DeadlineExceededException.class, VmmException.class);
      }
      DriveRequest good =
          new DriveRequest(other.lease().id(), image.toString(), DriveMode.READ_ONLY, peer);
      assertThatThrownBy(() -> factory.cases().attachments().attachDrive(good, soon()))
          .isInstanceOfSatisfying(
              VmmException.class, e -> assertThat(e.reason()).isEqualTo(Reason.RESOURCES))
          .hasMessageContaining("do not answer");
      factory.release(usable());
    }
    DriveRequest good =
        new DriveRequest(other.lease().id(), image.toString(), DriveMode.READ_ONLY, peer);
    factory.cases().attachments().attachDrive(good, soon());
    factory.release(one);
    factory.release(other);
  }

  @Test
  void refillsGiveTheirTurnsBackWhenShellsAreFrozen() throws Exception {
    keepOnlyShells();
    List<ProcessHandle> frozen = freeze(State.SHELL);
    CompletableFuture<Event> filled = factory.next(Kind.POOL_FILLED, "WARM");
    resize(WARM, SHELLS);
    GrantedVm granted = usable();
    soon().await(filled, "the warm VMs, made of other shells");
    gone(frozen);
    factory.release(granted);
    assertThat(records(State.WARM)).hasSizeBetween(WARM - 1, WARM);
  }
}
