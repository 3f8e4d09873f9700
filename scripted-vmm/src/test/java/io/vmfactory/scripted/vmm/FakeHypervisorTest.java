package io.vmfactory.scripted.vmm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vmfactory.scripted.vmm.Script.Step;
import io.vmfactory.vmm.Accelerator;
import io.vmfactory.vmm.AgentTransport;
import io.vmfactory.vmm.GuestRam;
import io.vmfactory.vmm.Hypervisor;
import io.vmfactory.vmm.HypervisorContract;
import io.vmfactory.vmm.Launch;
import io.vmfactory.vmm.Sizing;
import io.vmfactory.vmm.Survivor;
import io.vmfactory.vmm.Vm;
import io.vmfactory.vmm.VmExit;
import io.vmfactory.vmm.VmSpec;
import io.vmfactory.vmm.VmmException;
import io.vmfactory.vmm.VmmException.Reason;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class FakeHypervisorTest extends HypervisorContract {
  private final FakeHypervisor fake = new FakeHypervisor();

  @Override
  protected Hypervisor hypervisor() {
    return fake;
  }

  @Override
  protected VmSpec spec() {
    return new VmSpec(
        new VmSpec.Machine("q35", "", Accelerator.TCG, "max"),
        new Sizing(1, 128),
        new Sizing(2, 384),
        2,
        new VmSpec.Kernel(Path.of("/k"), Path.of("/i"), List.of()),
        AgentTransport.VIRTIO_SERIAL);
  }

  @Override
  protected Hypervisor successor() {
    return fake;
  }

  @Override
  protected void endByItself(Vm vm) {
    ((FakeVm) vm).exit(new VmExit(-1, 9, ""));
  }

  @Test
  void aScriptedFailureOfTheStartLeavesNoFile() {
    fake.script().failAt(Step.PREPARE, new VmmException(Reason.FAILED, "scripted"));
    Launch launch = launch(new GuestRam.Anonymous());
    assertThatThrownBy(() -> fake.prepare(launch, deadline)).hasMessage("scripted");
    assertThat(launch.folder().path()).isEmptyDirectory();
    assertThat(fake.vms()).isEmpty();
    fake.script().heal();
    fake.prepare(launch, deadline).kill();
  }

  @Test
  void aSurvivorIsTheSameLivingVmAndAFailedAdoptionLeavesItAsItWas() {
    Launch launch = launch(new GuestRam.CopyOnWrite(memory));
    Vm vm = fake.prepare(launch, deadline);
    Survivor survivor = new Survivor(vm.identity(), launch.spec(), launch.folder());
    fake.script().failAt(Step.ADOPT, new VmmException(Reason.FAILED, "scripted"));
    assertThatThrownBy(() -> fake.adopt(survivor, deadline)).hasMessage("scripted");
    fake.script().heal();
    Vm adopted = fake.adopt(survivor, deadline);
    assertThat(adopted).isSameAs(vm);
    adopted.load(FakeVm.STATE, deadline);
    adopted.kill();
    refuses(Reason.DIED, () -> fake.adopt(survivor, deadline));
  }

  @Test
  void adoptingAVmThatWasGivenAwayIsReported() {
    Launch launch = launch(new GuestRam.Anonymous());
    Vm vm = fake.boot(launch, deadline);
    vm.stop(deadline);
    vm.detach();
    refuses(Reason.ILLEGAL_PHASE, () -> fake.adopt(survivor(launch, vm), deadline));
    endByItself(vm);
  }

  @Test
  void aScriptedCheckFails() {
    fake.script().failAt(Step.CHECK, new VmmException(Reason.FAILED, "scripted"));
    Vm vm = boot();
    assertThatThrownBy(() -> vm.check(deadline)).hasMessage("scripted");
    vm.kill();
  }

  @Test
  void aStepHangsUntilItsGateIsOpened() {
    Script.Gate gate = fake.script().hangAt(Step.STOP);
    Vm vm = boot();
    CompletableFuture<Void> stopping = CompletableFuture.runAsync(() -> vm.stop(deadline));
    deadline.await(gate.reached(), "gate");
    assertThat(stopping).isNotDone();
    gate.open();
    deadline.await(stopping, "stop");
    assertThat(fake.script().done()).containsExactly(Step.BOOT, Step.STOP);
    vm.kill();
  }
}
