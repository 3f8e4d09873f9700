package io.vmfactory.harness.daemon;

import static io.vmfactory.harness.daemon.SpawnedDaemon.soon;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.google.protobuf.Duration;
import io.vmfactory.api.v1.CreateTemplateRequest;
import io.vmfactory.api.v1.DriveMode;
import io.vmfactory.api.v1.Event;
import io.vmfactory.api.v1.GetStatusResponse;
import io.vmfactory.api.v1.GetVmRequest;
import io.vmfactory.api.v1.Lease;
import io.vmfactory.api.v1.Route;
import io.vmfactory.api.v1.Vm;
import io.vmfactory.api.v1.VmState;
import io.vmfactory.client.EventWatch;
import io.vmfactory.client.FactoryClient;
import io.vmfactory.client.FactoryException;
import io.vmfactory.client.VmHandle;
import io.vmfactory.guest.GuestAgent;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Tests daemons that are killed, stopped and started again with real VMs. */
@Tag("qemu")
@Timeout(value = 10, unit = TimeUnit.MINUTES)
final class RecoveryIT {
  private static final int WARM = 2;
  private static final int SHELLS = 1;
  private static final int STARTS_KILLED = 10;

  private SpawnedDaemon daemon;
  private FactoryClient client;

  @BeforeEach
  void start() throws Exception {
    daemon = new SpawnedDaemon("vm_cache_number = " + WARM, "shell_number = " + SHELLS);
    daemon.start();
    client = FactoryClient.open(daemon.socket());
    daemon.template(client);
    awaitStock();
  }

  @AfterEach
  void stop() throws Exception {
    if (client != null) {
      client.close();
    }
    daemon.close();
  }

  private GetStatusResponse awaitStock() throws InterruptedException {
    return daemon.awaitStock(client, WARM, SHELLS);
  }

  private VmHandle get(long ttlSeconds) {
    Duration ttl = Duration.newBuilder().setSeconds(ttlSeconds).build();
    return client.getVm(GetVmRequest.newBuilder().setLeaseTtl(ttl).build(), soon());
  }

  private static void answers(GuestAgent agent) {
    assertThat(agent.metrics(soon())).contains("MemTotal");
  }

  private static Set<String> leases(GetStatusResponse status) {
    return status.getLeasesList().stream().map(Lease::getId).collect(Collectors.toSet());
  }

  @Test
  void aKilledDaemonsVmsAreTheNextOnes() throws Exception {
    try (VmHandle vm = get(60);
        GuestAgent agent = vm.agent(soon())) {
      awaitStock();
      Set<Long> before = daemon.vms();
      assertThat(before).hasSize(1 + WARM + SHELLS);

      for (int times = 0; times < 2; times++) {
        daemon.kill();
        answers(agent);
        assertThatExceptionOfType(FactoryException.class)
            .isThrownBy(() -> vm.renew(soon()))
            .matches(FactoryException::isRetryable);
        daemon.start();
        answers(agent);
        GetStatusResponse status = awaitStock();
        assertThat(status.getFailuresList()).isEmpty();
        assertThat(daemon.vms()).as(daemon.log()).isEqualTo(before);
        assertThat(status.getVmsList()).extracting(Vm::getId).containsExactly(vm.vm().getId());
      }

      assertThat(vm.renew(soon()).getId()).isEqualTo(vm.lease().getId());
      try (VmHandle warm = get(60);
          GuestAgent other = warm.agent(soon())) {
        assertThat(warm.granted().getRoute()).isEqualTo(Route.WARM);
        assertThat(before).contains((long) warm.vm().getPid());
        answers(other);
      }
      answers(agent);
    }
    awaitStock();
    assertThat(daemon.vms()).hasSize(WARM + SHELLS);
  }

  @Test
  void aLeaseThatIsKeptAliveOutlastsADaemonThatIsAwayForLonger() throws Exception {
    try (VmHandle vm = get(3)) {
      CompletableFuture<Void> over = vm.keepAlive().toCompletableFuture();
      daemon.kill();
      // Longer than the lease. This time passes here, however fast the machine is.
      CompletableFuture<Void> later =
          new CompletableFuture<Void>().completeOnTimeout(null, 5, TimeUnit.SECONDS);
      soon().await(later, "the lease to be over by the clock");
      daemon.start();
      Lease taken = client.daemon().status(false, soon()).getLeases(0);
      assertThat(taken.getId()).isEqualTo(vm.lease().getId());
      // The time to live given at the start ends before this; only a renewal can have extended it.
      CompletableFuture<Void> muchLater =
          new CompletableFuture<Void>().completeOnTimeout(null, 12, TimeUnit.SECONDS);
      soon().await(muchLater, "the grace of the take-over to be over");
      assertThat(over).isNotDone();
      assertThat(leases(client.daemon().status(false, soon()))).contains(vm.lease().getId());
    }
  }

  @Test
  void aLeasedVmThatIsStoppedStaysItsCustomersAndIsUsableWhenItGoesOn() throws Exception {
    try (VmHandle vm = get(600)) {
      awaitStock();
      VmHandle other = get(600);
      signal("-STOP", vm);
      signal("-STOP", other);
      for (int times = 0; times < 2; times++) {
        daemon.kill();
        daemon.start();
        assertThat(client.daemon().status(false, soon()).getVmsList())
            .extracting(Vm::getState)
            .containsExactly(VmState.UNAVAILABLE, VmState.UNAVAILABLE);
        vm.renew(soon());
      }
      assertThatExceptionOfType(FactoryException.class)
          .isThrownBy(() -> vm.attachDrive(Path.of("/etc/hostname"), DriveMode.READ_ONLY, soon()))
          .matches(FactoryException::isRetryable)
          .withMessageContaining("stopped or slow");

      other.close();
      assertThat(leases(client.daemon().status(false, soon()))).containsExactly(vm.lease().getId());

      BlockingQueue<Event> events = new LinkedBlockingQueue<>();
      try (EventWatch watch = client.daemon().watch(events::add, soon())) {
        signal("-CONT", vm);
        Event next;
        do {
          next = events.poll(60, TimeUnit.SECONDS);
          assertThat(next).as("the VM to answer").isNotNull();
        } while (next.getKind() != Event.Kind.VM_ADOPTED);
        assertThat(next.getLeaseId()).isEqualTo(vm.lease().getId());
        assertThat(watch.ended().toCompletableFuture()).isNotDone();
      }
      assertThat(client.daemon().status(false, soon()).getVmsList())
          .extracting(Vm::getState)
          .containsExactly(VmState.RUNNING);
      try (GuestAgent agent = vm.agent(soon())) {
        answers(agent);
      }
    }
  }

  private static void signal(String which, VmHandle vm) throws Exception {
    String pid = Integer.toString(vm.vm().getPid());
    assertThat(new ProcessBuilder("kill", which, pid).inheritIO().start().waitFor()).isZero();
  }

  @Test
  void aDaemonThatIsKilledWhileItTakesOverLosesNothing() throws Exception {
    Random random = new Random();
    try (VmHandle vm = get(600);
        GuestAgent agent = vm.agent(soon())) {
      awaitStock();
      daemon.kill();
      long whole = daemon.start().toMillis();
      for (int times = 0; times < STARTS_KILLED; times++) {
        daemon.kill();
        daemon.spawn();
        var moment =
            new CompletableFuture<Void>()
                .completeOnTimeout(null, random.nextLong(whole), TimeUnit.MILLISECONDS);
        soon().await(moment, "some moment of the start");
      }
      daemon.kill();
      daemon.start();
      answers(agent);
      vm.renew(soon());
      GetStatusResponse status = awaitStock();
      assertThat(leases(status)).containsExactly(vm.lease().getId());
      assertThat(daemon.vms()).hasSize(1 + WARM + SHELLS);
    }
  }

  @Test
  void vmsThatAreKeptAtTheEndAreTheNextDaemons() throws Exception {
    try (VmHandle vm = get(600);
        GuestAgent agent = vm.agent(soon())) {
      awaitStock();
      Set<Long> before = daemon.vms();
      List<Stopping> ways =
          List.of(() -> client.daemon().shutdown(true, soon()), () -> {}, () -> {});
      for (Stopping way : ways) {
        way.begin();
        assertThat(daemon.stop()).isZero();
        assertThat(daemon.vms()).as(daemon.log()).isEqualTo(before);
        answers(agent);
        daemon.start("--keep-vms");
        GetStatusResponse status = awaitStock();
        assertThat(daemon.vms()).as(daemon.log()).isEqualTo(before);
        assertThat(leases(status)).containsExactly(vm.lease().getId());
        vm.renew(soon());
      }
    }
    client.daemon().shutdown(true, soon());
    daemon.stop();
    assertThat(daemon.vms()).hasSize(WARM + SHELLS);
    daemon.start();
  }

  /** A way to stop a daemon, used before the signal that stops it otherwise. */
  private interface Stopping {
    void begin();
  }

  @Test
  void idleVmsOfATemplateThatWasRebuiltMeanwhileAreReplaced() throws Exception {
    Set<Long> before = daemon.vms();
    client
        .templates()
        .create(CreateTemplateRequest.newBuilder().setReplace(true).build(), step -> {}, soon());
    daemon.kill();
    daemon.start();
    awaitStock();
    assertThat(daemon.vms()).hasSize(WARM + SHELLS).doesNotContainAnyElementsOf(before);
    try (VmHandle vm = get(60);
        GuestAgent agent = vm.agent(soon())) {
      answers(agent);
    }
  }
}
