package io.vmfactory.client.sandbox;

import io.vmfactory.api.v1.Route;
import io.vmfactory.client.machine.MachineFacts;
import io.vmfactory.client.machine.MachineRequest;
import io.vmfactory.client.sandbox.state.SandboxRecord;
import io.vmfactory.client.sandbox.state.SandboxRecord.ProcessEntry;
import io.vmfactory.client.sandbox.state.SandboxRecord.StepEntry;
import io.vmfactory.client.sandbox.state.SandboxRecord.VmEntry;
import io.vmfactory.client.sandbox.state.SandboxRecord.WishEntry;
import io.vmfactory.configs.time.Laps.Lap;
import io.vmfactory.linux.ProcessIdentity;
import io.vmfactory.vmm.Sizing;
import io.vmfactory.vmm.VmId;
import io.vmfactory.vmm.VmIdentity;
import io.vmfactory.vmm.VmProcessTable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Converts between the records on disk and the objects of the API. */
final class RecordConversion {
  private static final Path PROC = VmProcessTable.PROC;

  private RecordConversion() {}

  /** Returns the entry for this process. */
  static ProcessEntry self() {
    try {
      Path process = PROC.resolve(Long.toString(ProcessHandle.current().pid()));
      return entry(ProcessIdentity.of(process));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read /proc/self: is /proc mounted?", e);
    }
  }

  static boolean lives(ProcessEntry process) {
    return identity(process).lives(PROC);
  }

  private static ProcessIdentity identity(ProcessEntry process) {
    return new ProcessIdentity(process.pid(), process.startTicks(), Path.of(process.executable()));
  }

  private static ProcessEntry entry(ProcessIdentity process) {
    return new ProcessEntry(process.pid(), process.startTicks(), process.executable().toString());
  }

  static WishEntry wish(SandboxSpec spec) {
    Duration ttl = spec.leaseTtl();
    return new WishEntry(
        spec.vcpus(),
        spec.memoryMib(),
        spec.routes().stream().map(Route::name).toList(),
        spec.hostname(),
        spec.dns(),
        spec.sharedPids(),
        ttl == null ? 0 : ttl.toMillis(),
        spec.annotations(),
        spec.template());
  }

  static MachineRequest request(SandboxRecord record) {
    WishEntry wish = record.wish();
    return new MachineRequest(
        wish.vcpus(),
        wish.memoryMib(),
        wish.routes().stream().map(Route::valueOf).toList(),
        wish.hostname(),
        wish.leaseMillis() == 0 ? null : Duration.ofMillis(wish.leaseMillis()),
        "sandbox " + record.id(),
        wish.cloned() ? String.valueOf(wish.template()) : "");
  }

  static VmEntry entry(MachineFacts facts, List<Lap> steps) {
    return new VmEntry(
        facts.who().id().value(),
        entry(facts.who().process()),
        facts.leaseId(),
        facts.agents().stream().map(Path::toString).toList(),
        facts.console().toString(),
        facts.route(),
        facts.reason(),
        facts.sizing().vcpus(),
        facts.sizing().memoryMib(),
        facts.hostname(),
        steps.stream().map(lap -> new StepEntry(lap.name(), lap.span().toNanos())).toList());
  }

  static MachineFacts facts(VmEntry vm) {
    return new MachineFacts(
        VmIdentity.of(new VmId(vm.id()), identity(vm.process())),
        vm.leaseId(),
        vm.agents().stream().map(Path::of).toList(),
        Path.of(vm.console()),
        vm.route(),
        vm.reason(),
        new Sizing(vm.vcpus(), vm.memoryMib()),
        vm.hostname(),
        steps(vm));
  }

  private static List<Lap> steps(VmEntry vm) {
    return vm.steps().stream()
        .map(step -> new Lap(step.name(), Duration.ofNanos(step.nanos())))
        .toList();
  }

  static SandboxStatus status(SandboxRecord record) {
    VmEntry vm = record.vm();
    SandboxStatus.State state = state(record);
    return new SandboxStatus(
        record.id(),
        state,
        vm == null || state == SandboxStatus.State.SUSPENDED ? null : view(vm),
        vm == null ? "" : vm.hostname(),
        Instant.parse(record.createdAt()),
        record.owner().pid(),
        record.wish().annotations(),
        record.leaseId());
  }

  private static SandboxStatus.State state(SandboxRecord record) {
    if (record.state() == SandboxRecord.State.SUSPENDED) {
      return lost(record.vm()) ? SandboxStatus.State.SUSPENDED : SandboxStatus.State.RUNNING;
    }
    return lost(record.vm())
        ? SandboxStatus.State.LOST
        : SandboxStatus.State.valueOf(record.state().name());
  }

  /** Returns whether the recorded VM no longer runs. */
  static boolean lost(@Nullable VmEntry vm) {
    return vm != null && !lives(vm.process());
  }

  private static SandboxVm view(VmEntry vm) {
    return new SandboxVm(
        vm.id(),
        vm.process().pid(),
        vm.leaseId().isEmpty() ? SandboxVm.Origin.DIRECT : SandboxVm.Origin.FACTORY,
        vm.route(),
        vm.reason(),
        vm.vcpus(),
        vm.memoryMib(),
        Path.of(vm.console()),
        vm.agents().stream().map(Path::of).toList(),
        steps(vm));
  }
}
