package io.vmfactory.factory.routes;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.configs.time.Laps;
import io.vmfactory.factory.request.HostMemory;
import io.vmfactory.factory.request.Order;
import io.vmfactory.factory.request.Refusals;
import io.vmfactory.factory.request.Route;
import io.vmfactory.factory.vm.Nursery;
import io.vmfactory.factory.vm.VmUndo;
import io.vmfactory.vmm.ConsoleTail;
import io.vmfactory.vmm.GuestRam;
import io.vmfactory.vmm.Hypervisor;
import io.vmfactory.vmm.Launch;
import io.vmfactory.vmm.VmSpec;
import io.vmfactory.vmm.VmmException;
import io.vmfactory.vmm.VmmException.Reason;

/** A direct boot of the configured spec at the wanted size: RUNNING, its agent's port open. */
public final class ColdSource implements VmSource {
  private final VmSpec configured;
  private final Hypervisor hypervisor;
  private final Nursery nursery;
  private final HostMemory memory;

  public ColdSource(VmSpec configured, Hypervisor hypervisor, Nursery nursery, HostMemory memory) {
    this.configured = configured;
    this.hypervisor = hypervisor;
    this.nursery = nursery;
    this.memory = memory;
  }

  @Override
  public Route route() {
    return Route.COLD;
  }

  @Override
  public void check(Order order) {
    if (order.named() != null) {
      throw Refusals.notPossible("the request names a template");
    }
    memory.require(order.wanted().memoryMib());
  }

  @Override
  public MadeVm make(Order order, Laps laps, Deadline deadline) {
    check(order);
    VmSpec spec = configured.withBoot(order.wanted());
    Nursery.VmStarter boot =
        (id, folder) ->
            hypervisor.boot(new Launch(id, spec, folder, new GuestRam.Anonymous()), deadline);
    MadeVm made = MadeVm.of(route(), nursery.make(route().name(), "", spec.boot(), boot));
    laps.lap("spawn");
    try {
      deadline.await(made.vm().signals().agentPort(), "the guest to come up");
      laps.lap("boot");
      return made;
    } catch (RuntimeException e) {
      throw VmUndo.kill(made.vm(), explained(made, e));
    }
  }

  /** A guest that panics ends its VMM with code 0 and no word; its console has them. */
  private static RuntimeException explained(MadeVm made, RuntimeException e) {
    return e instanceof VmmException vmm && vmm.reason() == Reason.DIED
        ? new VmmException(Reason.DIED, e.getMessage() + ConsoleTail.of(made.folder()), e)
        : e;
  }
}
