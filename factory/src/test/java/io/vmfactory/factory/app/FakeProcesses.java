package io.vmfactory.factory.app;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.factory.journal.VmRecord.ProcessEntry;
import io.vmfactory.factory.recovery.VmProcesses;
import io.vmfactory.scripted.vmm.FakeHypervisor;
import io.vmfactory.scripted.vmm.FakeVm;
import io.vmfactory.vmm.VmExit;
import io.vmfactory.vmm.VmFolder;
import io.vmfactory.vmm.VmId;
import io.vmfactory.vmm.VmIdentity;
import io.vmfactory.vmm.VmPhase;
import java.util.Optional;

/** The processes of the VMs of a {@link FakeHypervisor}. */
record FakeProcesses(FakeHypervisor hypervisor) implements VmProcesses {
  @Override
  public Optional<VmIdentity> find(VmFolder folder, VmId vm, ProcessEntry recorded) {
    return living(vm)
        .map(FakeVm::identity)
        .filter(who -> recorded == null || recorded.identity(vm).equals(who));
  }

  private Optional<FakeVm> living(VmId vm) {
    return hypervisor.vms().stream()
        .filter(v -> v.identity().id().equals(vm) && v.phase() != VmPhase.EXITED)
        .findFirst();
  }

  @Override
  public boolean lives(VmIdentity process) {
    return living(process.id()).isPresent();
  }

  @Override
  public void end(VmIdentity process, Deadline deadline) {
    living(process.id()).ifPresent(vm -> vm.exit(new VmExit(-1, 9, "")));
  }
}
