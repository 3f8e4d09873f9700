package io.vmfactory.client.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vmfactory.client.machine.MachineFacts;
import io.vmfactory.client.machine.SuspendedMachine;
import io.vmfactory.client.sandbox.SandboxException.Reason;
import io.vmfactory.client.sandbox.state.SandboxRecord;
import io.vmfactory.client.sandbox.state.SandboxStore;
import io.vmfactory.configs.time.Deadline;
import io.vmfactory.guest.oci.OciSpec;
import io.vmfactory.linux.Trees;
import io.vmfactory.vmm.VmId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests sandboxes whose VMs are on disk. */
final class SandboxSuspendTest {
  @TempDir private Path dir;
  private final FakeVms vms = new FakeVms();
  private SandboxStore store;
  private SandboxRuntime runtime;
  private Sandbox sandbox;

  @BeforeEach
  void start() throws IOException {
    store = new SandboxStore(dir.resolve("sandboxes"));
    runtime = LocalRuntime.over(store, vms, () -> {});
    SandboxSpec spec = SandboxSpec.defaults().withId("s").withAnnotations(Map.of("a", "b"));
    sandbox = runtime.create(spec, soon());
    vmWithLease("l");
    sandbox.start(soon());
    DiskImage image = DiskImage.overlay(Files.createFile(dir.resolve("image")));
    sandbox.createContainer(ContainerSpec.of(OciSpec.standard(), image).withId("c"), soon());
  }

  private void vmWithLease(String lease) {
    MachineFacts facts = FakeVms.leased(VmId.random(), lease);
    vms.machine.on("facts", none -> facts);
  }

  @AfterEach
  void end() {
    runtime.close();
  }

  private static Deadline soon() {
    return Deadline.after(Duration.ofSeconds(30));
  }

  private static void refused(Reason reason, Runnable call) {
    assertThatThrownBy(call::run)
        .isInstanceOfSatisfying(
            SandboxException.class, e -> assertThat(e.reason()).isEqualTo(reason));
  }

  @Test
  void nothingOfItIsLeftHereAndAllIsThereWhenItIsResumedEvenAfterAReboot() throws IOException {
    final SandboxRecord before = store.read("s").orElseThrow();
    SuspendedMachine vm = runtime.suspendVm("s", Duration.ofHours(3), soon());
    assertThat(vm.leaseId()).isEqualTo("l");
    assertThat(store.ids()).isEmpty();
    runtime.close(); // it does not end with this process
    assertThat(vms.rested).containsExactly("suspend l PT3H");
    Trees.delete(dir.resolve("sandboxes"));
    runtime = LocalRuntime.over(store, vms, () -> {});
    assertThat(runtime.list(soon())).isEmpty();
    SandboxStatus listed = runtime.suspended(soon()).get(0);
    assertThat(listed.id()).isEqualTo("s");
    assertThat(listed.state()).isEqualTo(SandboxStatus.State.SUSPENDED);
    assertThat(listed.leaseId()).isEqualTo("l");
    assertThat(listed.annotations()).isEqualTo(Map.of("a", "b"));
    runtime.resumeVm("s", Duration.ofMinutes(9), soon());
    assertThat(vms.rested).endsWith("resume l PT9M");
    SandboxRecord after = store.read("s").orElseThrow();
    assertThat(after.state()).isEqualTo(SandboxRecord.State.RUNNING);
    assertThat(after.containers()).isEqualTo(before.containers()).hasSize(1);
    assertThat(after.wish()).isEqualTo(before.wish());
    assertThat(after.createdAt()).isEqualTo(before.createdAt());
    assertThat(after.vm().leaseId()).isEqualTo("l");
    assertThat(after.vm().id()).isNotEqualTo(before.vm().id());
    assertThat(runtime.list(soon())).hasSize(1);
    assertThat(runtime.suspended(soon())).isEmpty();
  }

  @Test
  void theRuntimeThatMadeItDoesNotEndItAfterItWasResumed() {
    runtime.suspendVm("s", null, soon());
    runtime.resumeVm("s", null, soon());
    runtime.close();
    assertThat(store.read("s")).isPresent();
    assertThat(vms.rested).containsExactly("suspend l null", "resume l null");
  }

  @Test
  void whatNeedsItsVmIsRefusedWithTheRemedyAndItCanBeDeleted() {
    runtime.suspendVm("s", null, soon());
    Sandbox cold = runtime.fetch("s", soon());
    assertThatThrownBy(() -> cold.containers(soon())).hasMessageContaining("vmfactory resume s");
    refused(Reason.WRONG_STATE, () -> cold.container("c", soon()));
    refused(Reason.WRONG_STATE, () -> cold.guest(soon()));
    refused(Reason.WRONG_STATE, () -> cold.stop(soon()));
    assertThat(cold.status(soon()).state()).isEqualTo(SandboxStatus.State.SUSPENDED);
    cold.delete(soon());
    assertThat(vms.rested).endsWith("delete l");
    refused(Reason.NOT_FOUND, () -> runtime.fetch("s", soon()));
    refused(Reason.NOT_FOUND, () -> runtime.resumeVm("s", null, soon()));
  }

  @Test
  void itsIdMayNotBeTakenWhenItIsResumed() {
    runtime.suspendVm("s", null, soon());
    Sandbox other = runtime.create(SandboxSpec.defaults().withId("s"), soon());
    vmWithLease("m");
    other.start(soon());
    runtime.resumeVm("s", null, soon()); // the one that runs
    assertThat(vms.rested).endsWith("resume m null");
    other.stop(soon());
    refused(Reason.ALREADY_EXISTS, () -> runtime.resumeVm("s", null, soon()));
    other.delete(soon());
    runtime.resumeVm("s", null, soon());
    assertThat(vms.rested).endsWith("resume l null");
  }

  /** A process that suspended it was killed before it removed the folder. */
  @Test
  void aFolderThatWasLeftIsReplaced() {
    SandboxRecord before = store.read("s").orElseThrow();
    runtime.suspendVm("s", null, soon());
    SandboxRecord.VmEntry vm = before.vm();
    SandboxRecord.VmEntry ended =
        new SandboxRecord.VmEntry(
            vm.id(),
            new SandboxRecord.ProcessEntry(1 << 22, 1, "/gone"),
            vm.leaseId(),
            vm.agents(),
            vm.console(),
            vm.route(),
            vm.reason(),
            vm.vcpus(),
            vm.memoryMib(),
            vm.hostname(),
            vm.steps());
    assertThat(store.create(before.resumed(before.owner(), ended))).isTrue();
    assertThat(runtime.list(soon()))
        .extracting(SandboxStatus::state)
        .containsExactly(SandboxStatus.State.LOST);
    runtime.resumeVm("s", null, soon());
    assertThat(vms.rested).endsWith("resume l null");
    assertThat(store.read("s").orElseThrow().vm().id()).isNotEqualTo(vm.id());
  }

  @Test
  void oneThatAServiceKeepsIsRefused() throws IOException {
    Files.createFile(store.folder("s").resolve(SandboxStore.KEPT));
    assertThatThrownBy(() -> runtime.suspendVm("s", null, soon()))
        .hasMessageContaining(
            "the runtime service keeps the container of sandbox s; start it first");
    assertThat(vms.rested).isEmpty();
    assertThat(store.read("s").orElseThrow().state()).isEqualTo(SandboxRecord.State.RUNNING);
  }
}
