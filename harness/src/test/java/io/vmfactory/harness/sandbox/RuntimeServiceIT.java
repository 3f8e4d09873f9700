package io.vmfactory.harness.sandbox;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.vmfactory.api.runtime.v1.Container;
import io.vmfactory.api.runtime.v1.ContainerState;
import io.vmfactory.api.runtime.v1.CreateContainerRequest;
import io.vmfactory.api.runtime.v1.OutputKind;
import io.vmfactory.api.runtime.v1.ReadOutputResponse;
import io.vmfactory.api.v1.SuspendVmRequest;
import io.vmfactory.client.ContainerCalls;
import io.vmfactory.client.EventWatch;
import io.vmfactory.client.FactoryClient;
import io.vmfactory.client.FactoryException;
import io.vmfactory.client.FactoryException.Code;
import io.vmfactory.client.sandbox.ContainerProcess;
import io.vmfactory.client.sandbox.Sandbox;
import io.vmfactory.client.sandbox.SandboxException;
import io.vmfactory.client.sandbox.SandboxRuntime;
import io.vmfactory.configs.time.Deadline;
import io.vmfactory.guest.oci.OciSpec;
import io.vmfactory.harness.daemon.DaemonProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Tests that containers of the runtime service outlive it, with real VMs. */
@Tag("qemu")
@Timeout(300)
class RuntimeServiceIT {
  private static final String WAITS =
      "echo one; while [ ! -e /tmp/go ]; do busybox usleep 50000; done; echo two; echo err >&2;"
          + " exit 7";

  /** Writes 1, 2, 3 and so on, until a file exists. */
  private static final String COUNTS =
      "i=0; while [ ! -e /tmp/go ]; do i=$((i+1)); echo $i; busybox usleep 1000; done; exit 7";

  private Host host;
  private DaemonProcess service;
  private ContainerCalls calls;

  private void start(Host on) throws IOException {
    host = on;
    startService();
  }

  private void startService() throws IOException {
    service = host.startService();
    calls = ContainerCalls.open(host.settings().runtime().serviceSocket());
  }

  private void killService() {
    calls.close();
    service.kill();
    soon().await(service.ended(), "the service's end");
  }

  @AfterEach
  void end() throws IOException {
    try {
      calls
          .list("", soon())
          .forEach(left -> calls.delete(left.getNamespace(), left.getId(), true, soon()));
      calls.close();
      service.terminate();
      soon().await(service.ended(), "the service's end");
      assertThat(host.below("run")).doesNotContain("sandboxes/.service/runtime.sock");
    } finally {
      host.close();
    }
  }

  private static Deadline soon() {
    return Host.soon();
  }

  private CreateContainerRequest request(String id, String script) {
    OciSpec spec = OciSpec.standard().with(p -> p.withArgs(List.of("sh", "-c", script)));
    return CreateContainerRequest.newBuilder()
        .setId(id)
        .setRequestId(UUID.randomUUID().toString())
        .setGuestSpec(spec.proto().toByteString())
        .setImage(host.rootfs().path().toString())
        .build();
  }

  private Container started(String id, String script) {
    calls.create(request(id, script), soon());
    return calls.start("", id, soon());
  }

  /** Its lease lasts while the service starts again on a busy host. */
  private void counting(String id) {
    CreateContainerRequest request = request(id, COUNTS);
    calls.create(request.toBuilder().setLeaseMillis(600_000).build(), soon());
    calls.start("", id, soon());
  }

  private Container await(String id, Predicate<Container> state) {
    CompletableFuture<Container> seen = new CompletableFuture<>();
    try (EventWatch watch = calls.watch("", id, it -> complete(seen, state, it), soon())) {
      return soon().await(seen, "container " + id);
    }
  }

  private static void complete(
      CompletableFuture<Container> seen, Predicate<Container> state, Container now) {
    if (state.test(now)) {
      seen.complete(now);
    }
  }

  private String output(String id, OutputKind kind) {
    ReadOutputResponse part = calls.read("", id, kind, 0, soon());
    assertThat(part.getPosition()).isZero();
    return part.getData().toString(UTF_8);
  }

  private void exec(String sandbox, String id, String script) throws IOException {
    try (SandboxRuntime runtime = host.runtime();
        Sandbox found = runtime.fetch(sandbox, soon())) {
      int status =
          found
              .container(id, soon())
              .exec(p -> p.withArgs(List.of("sh", "-c", script)), soon())
              .await(soon());
      assertThat(status).isZero();
    }
  }

  /**
   * Lets a container end that waits. Does not wait for the process that does it, because that may
   * end with the container.
   */
  private void letGo(String sandbox, String id) throws IOException {
    try (SandboxRuntime runtime = host.runtime();
        Sandbox found = runtime.fetch(sandbox, soon())) {
      ContainerProcess unused =
          found
              .container(id, soon())
              .exec(p -> p.withArgs(List.of("sh", "-c", "echo > /tmp/go")), soon());
    }
  }

  @Test
  void aContainerOutlivesTheService() throws IOException {
    start(Host.make("").withTemplate());
    Container running = started("web", WAITS);
    assertThat(running.getState()).isEqualTo(ContainerState.RUNNING);
    await("web", it -> it.getStdout().getPosition() == 4);
    killService();
    exec(running.getSandbox(), "web", "true");
    startService();
    Container found = calls.get("", "web", soon());
    assertThat(found.getState()).isEqualTo(ContainerState.RUNNING);
    assertThat(found.getVmId()).isEqualTo(running.getVmId());
    letGo(found.getSandbox(), "web");
    Container ended = await("web", it -> it.getState() == ContainerState.STOPPED);
    assertThat(ended.getExitStatus()).isEqualTo(7);
    assertThat(ended.getLostReason()).isEmpty();
    assertThat(output("web", OutputKind.STDOUT)).isEqualTo("one\ntwo\n");
    assertThat(output("web", OutputKind.STDERR)).isEqualTo("err\n");
    assertThat(host.vms()).as("VMs of containers that have ended").isEmpty();
  }

  @Test
  void anExitWithoutTheServiceIsFound() throws IOException {
    start(Host.make("").withTemplate());
    Container running = started("job", WAITS);
    await("job", it -> it.getStdout().getPosition() == 4);
    killService();
    letGo(running.getSandbox(), "job");
    startService();
    Container ended = await("job", it -> it.getState() == ContainerState.STOPPED);
    assertThat(ended.getExitStatus()).isEqualTo(7);
    assertThat(output("job", OutputKind.STDOUT)).isEqualTo("one\ntwo\n");
    killService();
    startService();
    assertThat(calls.get("", "job", soon()).getExitStatus()).isEqualTo(7);
    assertThat(output("job", OutputKind.STDOUT)).isEqualTo("one\ntwo\n");
  }

  /** Waits until a container has written more than {@code bytes}. */
  private Container written(String id, long bytes) {
    return await(id, it -> it.getStdout().getPosition() > bytes);
  }

  private void killAndStartAgain() throws IOException {
    killService();
    startService();
  }

  @Test
  void aSuspendedContainerGoesOnWhereItWas() throws IOException {
    start(Host.make("").withTemplate());
    counting("web");
    final long before = written("web", 2000).getStdout().getPosition();
    assertThat(calls.suspend("web", Duration.ofHours(2), soon()).getDiskKib()).isPositive();
    assertThat(host.vms()).isEmpty();
    assertThat(calls.get("", "web", soon()).getState()).isEqualTo(ContainerState.SUSPENDED);
    assertThatExceptionOfType(FactoryException.class)
        .isThrownBy(() -> calls.stop("", "web", Duration.ZERO, soon()))
        .withMessageContaining("it is suspended; resume it first (vmfactory resume web)");
    try (SandboxRuntime runtime = host.runtime();
        Sandbox found = runtime.fetch("web", soon())) {
      assertThatExceptionOfType(SandboxException.class)
          .isThrownBy(() -> found.container("web", soon()))
          .withMessageContaining("is suspended; resume it first");
      assertThatExceptionOfType(SandboxException.class)
          .isThrownBy(() -> runtime.resumeVm("web", null, soon()))
          .withMessageContaining("the runtime service keeps the container");
      assertThat(runtime.list(soon())).isEmpty();
      assertThat(runtime.suspended(soon())).hasSize(1);
    }
    killAndStartAgain();
    assertThat(calls.get("", "web", soon()).getState()).isEqualTo(ContainerState.SUSPENDED);
    calls.resume("web", null, soon());
    assertThat(calls.get("", "web", soon()).getState()).isEqualTo(ContainerState.RUNNING);
    written("web", before + 2000);
    killAndStartAgain();
    letGo("web", "web");
    Container ended = await("web", it -> it.getState() == ContainerState.STOPPED);
    assertThat(ended.getExitStatus()).isEqualTo(7);
    assertThat(ended.getLostReason()).isEmpty();
    // What is on its way at a suspension or a kill may be lost; nothing comes twice.
    List<Integer> numbers = output("web", OutputKind.STDOUT).lines().map(Integer::valueOf).toList();
    assertThat(numbers).isSorted().doesNotHaveDuplicates().hasSizeGreaterThan(900);
    assertThat(host.vms()).isEmpty();
  }

  private String lease(String id) throws IOException {
    try (SandboxRuntime runtime = host.runtime();
        Sandbox found = runtime.fetch(id, soon())) {
      return found.status(soon()).leaseId();
    }
  }

  /** A term that is none changes nothing; one that passes ends the container. */
  @Test
  void aSuspendedContainerEndsWithItsLease() throws IOException {
    start(Host.make("").withTemplate());
    counting("web");
    final long before = written("web", 100).getStdout().getPosition();
    for (Duration bad : List.of(Duration.ZERO, Duration.ofMillis(-7))) {
      assertThatExceptionOfType(FactoryException.class)
          .isThrownBy(() -> calls.suspend("web", bad, soon()))
          .satisfies(e -> assertThat(e.code()).isEqualTo(Code.INVALID));
      assertThatExceptionOfType(FactoryException.class)
          .isThrownBy(() -> calls.resume("web", bad, soon()))
          .satisfies(e -> assertThat(e.code()).isEqualTo(Code.INVALID));
    }
    assertThat(calls.get("", "web", soon()).getState()).isEqualTo(ContainerState.RUNNING);
    written("web", before + 100);
    calls.suspend("web", Duration.ofSeconds(2), soon());
    Container ended = await("web", it -> it.getState() == ContainerState.STOPPED);
    assertThat(ended.getExitStatus()).isEqualTo(137);
    assertThat(ended.getLostReason()).contains("its lease has ended");
    try (SandboxRuntime runtime = host.runtime()) {
      assertThat(runtime.suspended(soon())).isEmpty();
    }
  }

  /** The guest of a paused VM does not answer the service that takes its container over. */
  @Test
  void aContainerInAPausedVmIsNotLost() throws IOException {
    start(Host.make("").withTemplate());
    counting("web");
    written("web", 100);
    try (SandboxRuntime runtime = host.runtime()) {
      runtime.pauseVm("web", soon());
      killAndStartAgain();
      Container paused = calls.get("", "web", soon());
      assertThat(paused.getState()).isEqualTo(ContainerState.PAUSED);
      calls.resume("web", null, soon());
      assertThat(calls.get("", "web", soon()).getState()).isEqualTo(ContainerState.RUNNING);
      written("web", paused.getStdout().getPosition() + 100);
    }
  }

  /** The daemon stores the VM, and the service does not live to see it. */
  @Test
  void aSuspensionThatTheServiceDidNotSeeIsFound() throws IOException {
    start(Host.make("").withTemplate());
    counting("web");
    written("web", 100);
    final String lease = lease("web");
    killService();
    try (FactoryClient client = FactoryClient.open(host.settings().runtime().factorySocket())) {
      client.leases().suspend(SuspendVmRequest.newBuilder().setLeaseId(lease).build(), soon());
      startService();
      assertThat(calls.get("", "web", soon()).getState()).isEqualTo(ContainerState.SUSPENDED);
      client.leases().resume(lease, null, soon());
    }
    calls.resume("web", null, soon());
    Container running = calls.get("", "web", soon());
    assertThat(running.getState()).isEqualTo(ContainerState.RUNNING);
    written("web", running.getStdout().getPosition() + 100);
    calls.suspend("web", null, soon());
    calls.delete("", "web", true, soon());
    assertThat(calls.list("", soon())).isEmpty();
    try (SandboxRuntime runtime = host.runtime()) {
      assertThat(runtime.suspended(soon())).isEmpty();
    }
    assertThatExceptionOfType(FactoryException.class)
        .isThrownBy(() -> calls.resume("web", null, soon()))
        .satisfies(e -> assertThat(e.code()).isEqualTo(Code.NOT_FOUND));
  }

  @Test
  void aVmThatEndsMeanwhileIsNotForgotten() throws IOException {
    start(Host.make("").withTemplate());
    started("gone", WAITS);
    killService();
    for (long vm : host.vms()) {
      ProcessHandle process = ProcessHandle.of(vm).orElseThrow();
      process.destroyForcibly();
      soon().await(process.onExit(), "the VM's end");
    }
    startService();
    Container ended = calls.get("", "gone", soon());
    assertThat(ended.getState()).isEqualTo(ContainerState.STOPPED);
    assertThat(ended.getExitStatus()).isEqualTo(137);
    assertThat(ended.getLostReason()).contains("the VM of sandbox gone is gone");
  }

  @Test
  void aCreationThatIsCutOffLeavesNothing() throws IOException, InterruptedException {
    start(Host.make("").withTemplate());
    Path sandboxes = host.settings().runtime().sandboxDir();
    Files.createDirectories(sandboxes);
    try (WatchService made = sandboxes.getFileSystem().newWatchService()) {
      sandboxes.register(made, StandardWatchEventKinds.ENTRY_CREATE);
      CompletableFuture<Container> answer =
          CompletableFuture.supplyAsync(() -> calls.create(request("half", WAITS), soon()));
      while (!Files.exists(sandboxes.resolve("half"))) {
        WatchKey key = made.poll(60, TimeUnit.SECONDS);
        assertThat(key).as("the sandbox is made").isNotNull();
        key.pollEvents();
        key.reset();
      }
      killService();
      assertThat(answer).failsWithin(Duration.ofMinutes(1));
    }
    startService();
    assertThat(calls.list("", soon())).isEmpty();
    assertThat(sandboxes.resolve("half")).doesNotExist();
  }

  @Test
  void oneNameIsOneContainer() throws IOException {
    start(Host.make("").withTemplate());
    CreateContainerRequest request =
        request("web", "trap 'exit 3' TERM; echo up; while :; do busybox usleep 50000; done");
    Container first = calls.create(request, soon());
    assertThat(calls.create(request, soon())).isEqualTo(first);
    refused(Code.ALREADY_EXISTS, () -> calls.create(request("web", "true"), soon()));
    refused(Code.INVALID, () -> calls.create(request("../web", "true"), soon()));
    refused(Code.NOT_FOUND, () -> calls.get("other", "web", soon()));
    calls.start("", "web", soon());
    refused(Code.NOT_POSSIBLE, () -> calls.start("", "web", soon()));
    refused(Code.NOT_POSSIBLE, () -> calls.delete("", "web", false, soon()));
    await("web", it -> it.getStdout().getPosition() == 3);
    Container stopped = calls.stop("", "web", Duration.ofSeconds(60), soon());
    assertThat(stopped.getExitStatus()).isEqualTo(3);
    assertThat(calls.stop("", "web", Duration.ZERO, soon())).isEqualTo(stopped);
    calls.delete("", "web", false, soon());
    refused(Code.NOT_FOUND, () -> calls.get("", "web", soon()));
  }

  private static void refused(Code code, Runnable call) {
    assertThatExceptionOfType(FactoryException.class)
        .isThrownBy(call::run)
        .satisfies(e -> assertThat(e.code()).isEqualTo(code));
  }

  @Test
  void aVmThatTheServiceBootedItselfIsTakenOverToo() throws IOException {
    start(Host.make("enable_template = false"));
    Container running = started("own", WAITS);
    await("own", it -> it.getStdout().getPosition() == 4);
    killService();
    host.runtime().close(); // another runtime sweeps what killed processes left
    startService();
    assertThat(calls.get("", "own", soon()).getVmId()).isEqualTo(running.getVmId());
    letGo("own", "own");
    Container ended = await("own", it -> it.getState() == ContainerState.STOPPED);
    assertThat(ended.getExitStatus()).isEqualTo(7);
    assertThat(host.vms()).isEmpty();
  }
}
