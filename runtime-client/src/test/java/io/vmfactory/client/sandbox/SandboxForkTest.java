package io.vmfactory.client.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vmfactory.client.machine.MachineFacts;
import io.vmfactory.client.sandbox.SandboxException.Reason;
import io.vmfactory.client.sandbox.state.SandboxRecord;
import io.vmfactory.client.sandbox.state.SandboxStore;
import io.vmfactory.configs.time.Deadline;
import io.vmfactory.guest.oci.OciSpec;
import io.vmfactory.vmm.VmId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests that clones of a sandbox are sandboxes of their own. */
final class SandboxForkTest {
  @TempDir Path dir;

  private final FakeVms vms = new FakeVms();
  private SandboxStore store;
  private SandboxRuntime runtime;
  private Sandbox sandbox;

  @BeforeEach
  void start() throws IOException {
    store = new SandboxStore(dir.resolve("sandboxes"));
    runtime = LocalRuntime.over(store, vms, () -> {});
    sandbox = runtime.create(SandboxSpec.defaults().withId("s"), soon());
  }

  private void startWith(String lease) throws IOException {
    MachineFacts facts = FakeVms.leased(VmId.random(), lease);
    vms.machine.on("facts", none -> facts);
    sandbox.start(soon());
    DiskImage image = DiskImage.overlay(Files.createFile(dir.resolve("image")));
    sandbox.createContainer(ContainerSpec.of(OciSpec.standard(), image).withId("c"), soon());
  }

  private static Deadline soon() {
    return Deadline.after(Duration.ofSeconds(30));
  }

  @Test
  void eachCloneHasTheContainersAndAVmOfItsOwnAndOutlivesTheRuntime() throws IOException {
    startWith("l");
    final SandboxRecord source = store.read("s").orElseThrow();
    SandboxFork fork = runtime.fork("s", 2, null, soon());
    assertThat(vms.forked).containsExactly("l x2 fork of sandbox s");
    assertThat(fork.pause()).isEqualTo(Duration.ofMillis(4));
    assertThat(fork.clones())
        .extracting(SandboxFork.Clone::leaseId)
        .containsExactly("lease0", "lease1");
    runtime.close();
    assertThat(store.read("s")).isEmpty();
    for (SandboxFork.Clone clone : fork.clones()) {
      SandboxRecord record = store.read(clone.id()).orElseThrow();
      assertThat(record.state()).isEqualTo(SandboxRecord.State.RUNNING);
      assertThat(record.containers()).isEqualTo(source.containers()).hasSize(1);
      assertThat(record.vm().leaseId()).isEqualTo(clone.leaseId());
      assertThat(record.vm().route()).isEqualTo("FORK");
      assertThat(record.vm().id()).startsWith(clone.id());
      assertThat(record.wish()).isEqualTo(source.wish());
    }
  }

  @Test
  void aVmThatWasBootedDirectlyCannotBeForked() {
    sandbox.start(soon());
    assertThatThrownBy(() -> runtime.fork("s", 1, null, soon()))
        .isInstanceOfSatisfying(
            SandboxException.class, e -> assertThat(e.reason()).isEqualTo(Reason.UNSUPPORTED))
        .hasMessageContaining("was booted directly");
    assertThat(vms.forked).isEmpty();
    runtime.close();
  }

  @Test
  void oneThatDoesNotRunCannotBeForked() {
    assertThatThrownBy(() -> runtime.fork("s", 1, null, soon()))
        .isInstanceOfSatisfying(
            SandboxException.class, e -> assertThat(e.reason()).isEqualTo(Reason.WRONG_STATE));
    assertThatThrownBy(() -> runtime.fork("t", 1, null, soon()))
        .isInstanceOfSatisfying(
            SandboxException.class, e -> assertThat(e.reason()).isEqualTo(Reason.NOT_FOUND));
    runtime.close();
  }
}
