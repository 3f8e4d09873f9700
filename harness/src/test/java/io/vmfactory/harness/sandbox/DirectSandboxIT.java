package io.vmfactory.harness.sandbox;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.vmfactory.client.FactoryException;
import io.vmfactory.client.sandbox.Container;
import io.vmfactory.client.sandbox.ContainerProcess;
import io.vmfactory.client.sandbox.ContainerSpec;
import io.vmfactory.client.sandbox.DiskImage;
import io.vmfactory.client.sandbox.RuntimeSettings;
import io.vmfactory.client.sandbox.Sandbox;
import io.vmfactory.client.sandbox.SandboxException;
import io.vmfactory.client.sandbox.SandboxException.Reason;
import io.vmfactory.client.sandbox.SandboxRuntime;
import io.vmfactory.client.sandbox.SandboxSpec;
import io.vmfactory.client.sandbox.SandboxStatus;
import io.vmfactory.client.sandbox.SandboxVm;
import io.vmfactory.configs.host.OwnUser;
import io.vmfactory.configs.time.Deadline;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Tests VMs that a runtime instance boots itself, without a daemon. */
@Tag("qemu")
class DirectSandboxIT {
  private static Deadline soon() {
    return Host.soon();
  }

  /**
   * Makes a sandbox with a VM of its own, reports it, and waits until the test ends this process.
   */
  static final class Owner {
    private Owner() {}

    public static void main(String[] args) throws IOException {
      SandboxRuntime runtime = SandboxRuntime.open(RuntimeSettings.load(Path.of(args[0])));
      Sandbox sandbox = runtime.create(SandboxSpec.defaults().withId("owned"), soon());
      sandbox.start(soon());
      Container container =
          sandbox.createContainer(
              ContainerSpec.of(SandboxIT.command("/bin/cat"), DiskImage.overlay(Path.of(args[1])))
                  .withId("cat"),
              soon());
      container.start(soon());
      System.out.println("up");
      System.in.read();
      System.exit(0);
    }
  }

  @Test
  void aFactoryThatIsDownIsAnErrorOrAChoiceThatIsReported() throws IOException {
    try (Host host = Host.make("");
        SandboxRuntime runtime = host.runtime()) {
      Sandbox sandbox = runtime.create(SandboxSpec.defaults(), soon());
      assertThatExceptionOfType(FactoryException.class)
          .isThrownBy(() -> sandbox.start(soon()))
          .returns(FactoryException.Code.NOT_RUNNING, FactoryException::code)
          .withMessageContaining("vmfactory serve");
      assertThat(sandbox.status(soon()).state()).isEqualTo(SandboxStatus.State.CREATED);
    }
    try (Host host = Host.make("on_factory_down = \"direct\"");
        SandboxRuntime runtime = host.runtime();
        Sandbox sandbox = runtime.create(SandboxSpec.defaults().withHostname("d"), soon())) {
      SandboxVm vm = sandbox.start(soon()).vm();
      assertThat(vm.origin()).isEqualTo(SandboxVm.Origin.DIRECT);
      assertThat(vm.reason()).contains("the daemon is not running");
      Container container =
          sandbox.createContainer(
              ContainerSpec.of(SandboxIT.command("/bin/busybox", "hostname"), host.rootfs()),
              soon());
      container.start(soon());
      assertThat(container.process().stdout().readAllBytes()).asString(UTF_8).isEqualTo("d\n");
      container.delete(soon());
    }
  }

  @Test
  void othersOperateItAndSweepItWhenItsOwnerIsKilled() throws IOException {
    try (Host host = Host.make("enable_template = false")) {
      Process owner = owner(host);
      try (SandboxRuntime runtime = host.runtime()) {
        Sandbox sandbox = runtime.fetch("owned", soon());
        assertThat(sandbox.status(soon()).vm().reason()).isEmpty();
        ContainerProcess process =
            sandbox
                .container("cat", soon())
                .exec(p -> p.withArgs(List.of("/bin/echo", "hi")), soon());
        assertThat(process.stdout().readAllBytes()).asString(UTF_8).isEqualTo("hi\n");
        assertThatExceptionOfType(SandboxException.class)
            .isThrownBy(
                () ->
                    sandbox.createContainer(
                        ContainerSpec.of(SandboxIT.command("/bin/echo"), host.rootfs()), soon()))
            .returns(Reason.UNSUPPORTED, SandboxException::reason);
      }
      assertThat(host.vms()).hasSize(1);
      assertInGroup(host);

      owner.destroyForcibly();
      soon().await(owner.onExit(), "the owner's end");
      assertThat(host.vms()).hasSize(1);

      try (SandboxRuntime next = host.runtime()) {
        assertThat(next.list(soon())).isEmpty();
      }
      assertThat(host.vms()).isEmpty();
    }
  }

  @Test
  void anOwnerThatIsAskedToEndTakesItsVmAlong() throws IOException {
    try (Host host = Host.make("enable_template = false")) {
      Process owner = owner(host);
      owner.destroy();
      soon().await(owner.onExit(), "the owner's end");
      assertThat(host.vms()).isEmpty();
      assertThat(host.below("run/sandboxes")).isSubsetOf(".host-check", ".vm");
    }
  }

  /** Checks that the VM is in a group of its own, in each tree where this host allows it. */
  private static void assertInGroup(Host host) throws IOException {
    long pid = host.vms().iterator().next();
    List<Path> groups = host.groupsOfDirectVms();
    assertThat(groups.isEmpty()).isEqualTo(!OwnUser.isRoot());
    for (Path group : groups) {
      try (Stream<Path> below = Files.list(group)) {
        assertThat(below.filter(Files::isDirectory))
            .singleElement()
            .satisfies(
                vm ->
                    assertThat(Files.readString(vm.resolve("cgroup.procs"))).isEqualTo(pid + "\n"));
      }
    }
  }

  private static Process owner(Host host) throws IOException {
    Process owner =
        host.java(
            Owner.class,
            host.folder().resolve("vmfactory.toml").toString(),
            host.rootfs().path().toString());
    BufferedReader out = owner.inputReader(UTF_8);
    assertThat(out.readLine()).as(host::log).isEqualTo("up");
    return owner;
  }
}
