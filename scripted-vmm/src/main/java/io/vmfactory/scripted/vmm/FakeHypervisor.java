package io.vmfactory.scripted.vmm;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.scripted.vmm.Script.Step;
import io.vmfactory.vmm.Accelerator;
import io.vmfactory.vmm.GuestRam;
import io.vmfactory.vmm.Hypervisor;
import io.vmfactory.vmm.HypervisorInfo;
import io.vmfactory.vmm.Launch;
import io.vmfactory.vmm.Survivor;
import io.vmfactory.vmm.Vm;
import io.vmfactory.vmm.VmId;
import io.vmfactory.vmm.VmPhase;
import io.vmfactory.vmm.VmmException;
import io.vmfactory.vmm.VmmException.Reason;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * A hypervisor without processes. It makes the same files as a real one, listens on the same
 * sockets and keeps the phases. It fails, hangs or exits as its {@link Script} says. Its device
 * state is a fixed text that {@code load} demands.
 */
public final class FakeHypervisor implements Hypervisor {
  private final Script script = new Script();
  private final List<FakeVm> vms = new CopyOnWriteArrayList<>();
  private final Map<VmId, FakeVm> byId = new ConcurrentHashMap<>();

  /** Returns the script: what goes wrong, and what was done. */
  public Script script() {
    return script;
  }

  /**
   * Returns every VM that was ever started, in order. The phase of a VM says whether it still
   * lives.
   */
  public List<FakeVm> vms() {
    return List.copyOf(vms);
  }

  /** Returns the VM with that id. */
  public FakeVm vm(VmId id) {
    return Optional.ofNullable(byId.get(id)).orElseThrow();
  }

  @Override
  public HypervisorInfo info() {
    return new HypervisorInfo(
        Path.of("/usr/bin/fake-vmm"), "7.2.0-fake", Accelerator.TCG, "it is a fake", "Fake CPU");
  }

  @Override
  public Vm boot(Launch launch, Deadline deadline) {
    return start(launch, Step.BOOT, VmPhase.RUNNING, deadline);
  }

  @Override
  public Vm prepare(Launch launch, Deadline deadline) {
    Vm vm = start(launch, Step.PREPARE, VmPhase.INCOMING, deadline);
    if (launch.ram() instanceof GuestRam.CopyOnWrite clone) {
      try {
        clone.changes().writeTo((offset, pages) -> {}, deadline); // a fake VM has no RAM
      } catch (RuntimeException e) {
        vm.kill();
        throw e;
      }
    }
    return vm;
  }

  /**
   * Returns the living VM itself, which survives its former holder. Its sockets and its phase stay
   * as they are.
   */
  @Override
  public Vm adopt(Survivor survivor, Deadline deadline) {
    FakeVm vm = living(survivor);
    script.play(Step.ADOPT, deadline);
    return vm;
  }

  /** Returns the living VM itself; it is UNAVAILABLE until the gate at {@code ADOPT} opens. */
  @Override
  public Vm hold(Survivor survivor) {
    FakeVm vm = living(survivor);
    CompletableFuture<Void> passing = script.passing(Step.ADOPT);
    vm.hold(passing);
    return vm;
  }

  private FakeVm living(Survivor survivor) {
    FakeVm vm =
        vms.stream()
            .filter(one -> one.identity().equals(survivor.identity()))
            .findFirst()
            .orElseThrow(() -> new VmmException(Reason.DIED, "no such fake VM: " + survivor));
    if (vm.phase() == VmPhase.EXITED) {
      throw new VmmException(Reason.DIED, "that fake VM has ended: " + survivor);
    }
    if (vm.phase() == VmPhase.DETACHED) {
      throw new VmmException(Reason.ILLEGAL_PHASE, "that fake VM was given away: " + survivor);
    }
    return vm;
  }

  private Vm start(Launch launch, Step step, VmPhase first, Deadline deadline) {
    FakeVm vm = new FakeVm(launch, script);
    try {
      script.play(step, deadline);
    } catch (RuntimeException e) {
      vm.discard();
      throw e;
    }
    vm.begin(first);
    vms.add(vm);
    byId.put(launch.id(), vm);
    return vm;
  }
}
