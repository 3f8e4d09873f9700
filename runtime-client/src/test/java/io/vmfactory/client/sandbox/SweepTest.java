package io.vmfactory.client.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import io.vmfactory.client.machine.MachineFacts;
import io.vmfactory.client.sandbox.state.SandboxRecord;
import io.vmfactory.client.sandbox.state.SandboxRecord.ProcessEntry;
import io.vmfactory.client.sandbox.state.SandboxRecord.VmEntry;
import io.vmfactory.client.sandbox.state.SandboxStore;
import io.vmfactory.configs.time.Deadline;
import io.vmfactory.linux.ProcessIdentity;
import io.vmfactory.vmm.VmId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests what a runtime removes when it is opened. */
final class SweepTest {
  @TempDir Path dir;

  private final FakeVms vms = new FakeVms();
  private SandboxStore store;

  @BeforeEach
  void open() {
    store = new SandboxStore(dir);
  }

  private void sweep() {
    LocalRuntime.over(store, vms, () -> {}).close();
  }

  /** Returns the entry of a process that was killed. */
  private static ProcessEntry killed() throws IOException, InterruptedException {
    Process process = new ProcessBuilder("sleep", "600").start();
    ProcessIdentity was = ProcessIdentity.of(Path.of("/proc", Long.toString(process.pid())));
    process.destroyForcibly().waitFor();
    return new ProcessEntry(was.pid(), was.startTicks(), was.executable().toString());
  }

  private SandboxRecord sandbox(String id, ProcessEntry owner) {
    SandboxRecord record =
        SandboxRecord.created(
            id,
            Instant.EPOCH,
            owner,
            RecordConversion.wish(SandboxSpec.defaults()),
            VmId.random().value());
    assertThat(store.create(record)).isTrue();
    return record;
  }

  private static VmEntry vm(String id, ProcessEntry process, String leaseId) {
    MachineFacts facts = FakeVms.facts(new VmId(id), FakeVms.self());
    VmEntry like = RecordConversion.entry(facts, List.of());
    return new VmEntry(
        like.id(),
        process,
        leaseId,
        like.agents(),
        like.console(),
        like.route(),
        like.reason(),
        like.vcpus(),
        like.memoryMib(),
        like.hostname(),
        like.steps());
  }

  @Test
  void whatAKilledOwnerLeftIsCleared() throws Exception {
    SandboxRecord left = sandbox("left", killed());

    sweep();

    assertThat(store.ids()).isEmpty();
    assertThat(vms.cleared).containsExactly(left.directVm());
  }

  @Test
  void aVmThatAKilledOwnerBootedIsEndedWithIt() throws Exception {
    SandboxRecord left = sandbox("left", killed());
    store.write(left.started(left.owner(), vm(left.directVm(), RecordConversion.self(), "")));

    sweep();

    assertThat(store.ids()).isEmpty();
    assertThat(vms.cleared).containsExactly(left.directVm() + " " + RecordConversion.self().pid());
  }

  @Test
  void whatHasALiveOwnerStays() {
    sandbox("live", RecordConversion.self());

    sweep();

    assertThat(store.ids()).containsExactly("live");
    assertThat(vms.cleared).isEmpty();
  }

  @Test
  void aLaterProcessWithTheOwnersPidIsNotTheOwner() {
    ProcessEntry self = RecordConversion.self();
    sandbox("earlier", new ProcessEntry(self.pid(), self.startTicks() - 1, self.executable()));
    sandbox("other", new ProcessEntry(self.pid(), self.startTicks(), "/usr/bin/another"));

    sweep();

    assertThat(store.ids()).isEmpty();
  }

  @Test
  void aLeasedVmEndsWithItsLeaseAndNotBefore() throws Exception {
    ProcessEntry dead = killed();
    SandboxRecord lives = sandbox("lives", dead);
    store.write(lives.started(dead, vm(VmId.random().value(), RecordConversion.self(), "lease")));
    SandboxRecord ended = sandbox("ended", dead);
    store.write(ended.started(dead, vm(VmId.random().value(), dead, "lease")));

    sweep();

    assertThat(store.ids()).containsExactly("lives");
    assertThat(vms.cleared).isEmpty();
  }

  @Test
  void whatAServiceKeepsStays() throws Exception {
    ProcessEntry dead = killed();
    SandboxRecord kept = sandbox("kept", dead);
    store.write(kept.started(dead, vm(kept.directVm(), RecordConversion.self(), "")));
    Files.writeString(store.folder("kept").resolve(SandboxStore.KEPT), "{}");

    sweep();

    assertThat(store.ids()).containsExactly("kept");
    assertThat(vms.cleared).isEmpty();
  }

  @Test
  void whatSomebodyIsChangingIsLeftToTheNext() throws Exception {
    sandbox("busy", killed());
    try (var lock = store.lock("busy", Deadline.after(Duration.ofSeconds(30))).orElseThrow()) {
      sweep();
      assertThat(store.ids()).containsExactly("busy");
    }

    sweep();

    assertThat(store.ids()).isEmpty();
  }

  @Test
  void aRecordThatMakesNoSenseStaysAndHoldsUpNoOther() throws Exception {
    sandbox("a", killed());
    Files.writeString(dir.resolve("a/sandbox.json"), "{");
    sandbox("b", killed());

    sweep();

    assertThat(store.ids()).containsExactly("a");
  }
}
