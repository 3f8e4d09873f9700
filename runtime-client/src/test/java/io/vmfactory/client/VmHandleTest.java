package io.vmfactory.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.Duration;
import com.google.protobuf.Timestamp;
import io.vertx.grpc.common.GrpcStatus;
import io.vmfactory.api.v1.AttachNicRequest;
import io.vmfactory.api.v1.AttachNicResponse;
import io.vmfactory.api.v1.Endpoints;
import io.vmfactory.api.v1.FactoryGrpcService;
import io.vmfactory.api.v1.GetVmRequest;
import io.vmfactory.api.v1.GetVmResponse;
import io.vmfactory.api.v1.Hop;
import io.vmfactory.api.v1.Lease;
import io.vmfactory.api.v1.ReleaseVmResponse;
import io.vmfactory.api.v1.RenewLeaseRequest;
import io.vmfactory.api.v1.RenewLeaseResponse;
import io.vmfactory.api.v1.Route;
import io.vmfactory.api.v1.Vm;
import io.vmfactory.client.FactoryException.Code;
import io.vmfactory.configs.time.Deadline;
import io.vmfactory.configs.time.DeadlineExceededException;
import io.vmfactory.guest.FakeAgent;
import io.vmfactory.guest.GuestAgent;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Tests the operations on a leased VM. */
final class VmHandleTest {
  private final BlockingQueue<String> released = new LinkedBlockingQueue<>();
  private final BlockingQueue<RenewLeaseRequest> renewals = new LinkedBlockingQueue<>();
  private Path agentSocket;
  private Path socket;
  private FakeDaemon daemon;
  private FactoryClient client;

  @BeforeEach
  void start(@TempDir Path dir) {
    agentSocket = dir.resolve("agent.sock");
    socket = dir.resolve("factory.sock");
    client = FactoryClient.open(socket);
    startDaemon();
  }

  private void startDaemon() {
    daemon = new FakeDaemon(socket);
    daemon.serve(
        FactoryGrpcService.GetVm,
        (request, call) -> call.response().end(granted(request, "unix://" + agentSocket)));
    daemon.serve(
        FactoryGrpcService.ReleaseVm,
        (request, call) -> {
          released.add(request.getLeaseId());
          call.response().end(ReleaseVmResponse.newBuilder().setVmId("vm-1").build());
        });
    daemon.serve(
        FactoryGrpcService.RenewLease,
        (request, call) -> {
          renewals.add(request);
          call.response().end(renewed(renewals.size()));
        });
  }

  @AfterEach
  void stop() {
    client.close();
    daemon.close();
  }

  @Test
  void aNicIsAskedForInTheNameOfTheLease() throws Exception {
    BlockingQueue<AttachNicRequest> asked = new LinkedBlockingQueue<>();
    daemon.serve(
        FactoryGrpcService.AttachNic,
        (request, call) -> {
          asked.add(request);
          call.response().end(AttachNicResponse.newBuilder().setGuestDevice("eth0").build());
        });
    try (VmHandle vm = client.getVm(GetVmRequest.getDefaultInstance(), soon())) {
      AttachNicResponse nic = vm.attachNic(Path.of("/run/netns/web"), "web0", soon());
      assertThat(nic.getGuestDevice()).isEqualTo("eth0");
    }
    assertThat(asked.take())
        .isEqualTo(
            AttachNicRequest.newBuilder()
                .setLeaseId("lease-1")
                .setNetworkNamespace("/run/netns/web")
                .setName("web0")
                .build());
  }

  private static Deadline soon() {
    return Deadline.after(java.time.Duration.ofSeconds(30));
  }

  private static Lease.Builder lease() {
    return Lease.newBuilder()
        .setId("lease-1")
        .setTtl(Duration.newBuilder().setNanos(30_000_000).build());
  }

  private static GetVmResponse granted(GetVmRequest request, String agent) {
    return GetVmResponse.newBuilder()
        .setVm(
            Vm.newBuilder()
                .setId("vm-1")
                .setHostname(request.getHostname())
                .setEndpoints(Endpoints.newBuilder().setAgent(agent)))
        .setLease(lease())
        .setRoute(Route.TEMPLATE)
        .addHops(Hop.newBuilder().setName("spawn").setMicros(21_000))
        .build();
  }

  private static RenewLeaseResponse renewed(int times) {
    return RenewLeaseResponse.newBuilder()
        .setLease(lease().setExpiresAt(Timestamp.newBuilder().setSeconds(times)))
        .build();
  }

  private VmHandle get() {
    return client.getVm(GetVmRequest.newBuilder().setHostname("web").build(), soon());
  }

  @Test
  void hasTheVmItsLeaseAndHowItCameAbout() {
    try (VmHandle vm = get()) {
      assertThat(vm.vm().getHostname()).isEqualTo("web");
      assertThat(vm.lease().getId()).isEqualTo("lease-1");
      assertThat(vm.granted().getRoute()).isEqualTo(Route.TEMPLATE);
      assertThat(vm.granted().getHopsList()).extracting(Hop::getName).containsExactly("spawn");
    }
  }

  @Test
  void closingItReleasesItOnce() {
    VmHandle vm = get();

    vm.close();
    vm.close();

    assertThat(released).containsExactly("lease-1");
  }

  @Test
  void closingAVmWhoseLeaseIsOverIsFine() {
    VmHandle vm = get();
    refuseRelease(GrpcStatus.NOT_FOUND);

    vm.close();

    assertThat(released).isEmpty();
  }

  @Test
  void aReleaseThatFailsIsReported() {
    VmHandle vm = get();
    refuseRelease(GrpcStatus.INTERNAL);

    assertThatExceptionOfType(FactoryException.class)
        .isThrownBy(vm::close)
        .matches(e -> e.code() == Code.FAILED);
  }

  private void refuseRelease(GrpcStatus status) {
    daemon.serve(
        FactoryGrpcService.ReleaseVm, (request, call) -> call.response().status(status).end());
  }

  @Test
  void connectsToTheAgentInsideAndHasItAnswerFirst() throws IOException {
    try (FakeAgent fake = FakeAgent.listen(agentSocket);
        VmHandle vm = get();
        GuestAgent agent = vm.agent(soon())) {
      assertThat(agent.metrics(soon())).isEqualTo("up 1\n");

      assertThat(fake.methods()).containsExactly("Check", "GetMetrics");
    }
  }

  @Test
  @Timeout(30)
  void anAgentThatDoesNotAnswerIsHungUpOnAndReported() throws Exception {
    BlockingQueue<FakeAgent.Call> held = new LinkedBlockingQueue<>();
    try (FakeAgent fake = FakeAgent.listen(agentSocket);
        VmHandle vm = get()) {
      fake.script("Check", held::add);

      assertThatExceptionOfType(DeadlineExceededException.class)
          .isThrownBy(() -> vm.agent(Deadline.after(java.time.Duration.ofSeconds(1))));
      FakeAgent.Call check = held.take();
      while (check.channel().isOpen()) {
        Thread.onSpinWait();
      }
    }
  }

  @Test
  void saysSoWhenItCannotReachTheAgentThere() {
    daemon.serve(
        FactoryGrpcService.GetVm,
        (request, call) -> call.response().end(granted(request, "vsock://3:1024")));

    try (VmHandle vm = get()) {
      assertThatThrownBy(() -> vm.agent(soon())).hasMessageContaining("vsock://3:1024");
    }
  }

  @Test
  void renewsOnDemand() {
    try (VmHandle vm = get()) {
      Lease now = vm.renew(soon());

      assertThat(renewals.remove().getLeaseId()).isEqualTo("lease-1");
      assertThat(vm.lease()).isEqualTo(now);
    }
  }

  @Test
  void leasesAreRenewedAndReleasedByTheirIdToo() {
    client.leases().renew("lease-1", java.time.Duration.ofMillis(2500), soon());

    Duration asked = renewals.remove().getTtl();
    assertThat(asked.getSeconds()).isEqualTo(2);
    assertThat(asked.getNanos()).isEqualTo(500_000_000);
    assertThat(client.leases().release("lease-1", soon())).isEqualTo("vm-1");
  }

  @Test
  void renewsByItselfAgainAndAgainUntilItIsClosed() throws InterruptedException {
    VmHandle vm = get();

    var over = vm.keepAlive();
    renewals.take();
    renewals.take();
    assertThat(over.toCompletableFuture()).isNotDone();
    vm.close();

    soon().await(over, "the end of the renewal");
  }

  @Test
  void asksAgainWhenTheDaemonCannotRenewNow() throws InterruptedException {
    daemon.serve(
        FactoryGrpcService.RenewLease,
        (request, call) -> {
          renewals.add(request);
          call.response().status(GrpcStatus.UNAVAILABLE).end();
        });

    try (VmHandle vm = get()) {
      var over = vm.keepAlive();
      renewals.take();
      renewals.take();
      assertThat(over.toCompletableFuture()).isNotDone();
    }
  }

  @Test
  void saysThatTheLeaseIsLostWhenTheDaemonKnowsItNoMore() {
    daemon.serve(
        FactoryGrpcService.RenewLease,
        (request, call) -> call.response().status(GrpcStatus.NOT_FOUND).end());

    try (VmHandle vm = get()) {
      assertThatExceptionOfType(FactoryException.class)
          .isThrownBy(() -> soon().await(vm.keepAlive(), "the loss"))
          .matches(e -> e.code() == Code.NOT_FOUND);
    }
  }

  @Test
  @Timeout(60)
  void aDaemonThatIsAwayForLongerThanTheLeaseIsAskedUntilItIsBack() throws InterruptedException {
    try (VmHandle vm = get()) {
      var over = vm.keepAlive();
      renewals.take();
      daemon.close();
      assertThatExceptionOfType(FactoryException.class)
          .isThrownBy(() -> vm.renew(soon()))
          .matches(FactoryException::isRetryable);
      renewals.clear();
      assertThat(renewals.poll(500, TimeUnit.MILLISECONDS)).as("no daemon to ask").isNull();
      assertThat(over.toCompletableFuture()).isNotDone();

      startDaemon();
      renewals.take();
      renewals.take();
      assertThat(over.toCompletableFuture()).isNotDone();
    }
  }
}
