package io.vmfactory.factory.routes;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.configs.time.Laps;
import io.vmfactory.factory.request.HostMemory;
import io.vmfactory.factory.request.Order;
import io.vmfactory.factory.request.Refusals;
import io.vmfactory.factory.request.Route;
import io.vmfactory.factory.vm.HostedVm;
import io.vmfactory.factory.vm.NewVm;
import io.vmfactory.factory.vm.VmStarter;
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
  private final VmStarter starter;
  private final HostMemory memory;

  public ColdSource(
      VmSpec configured, Hypervisor hypervisor, VmStarter starter, HostMemory memory) {
    this.configured = configured;
    this.hypervisor = hypervisor;
    this.starter = starter;
    this.memory = memory;
  }

  @Override
  public Route route() {
    return Route.COLD;
  }

  @Override
  public void check(Order order) {
    if (order.named() != null) {
      throw Refusals.notPossible("the request names a template, and a boot has nothing of it");
    }
    memory.require(order.wanted().memoryMib());
  }

  @Override
  public HostedVm make(Order order, Laps laps, Deadline deadline) {
    check(order);
    HostedVm made = boot(configured.withBoot(order.wanted()), deadline);
    laps.lap("spawn");
    try {
      deadline.await(made.vm().signals().agentPort(), "the guest to come up");
      laps.lap("boot");
      return made;
    } catch (RuntimeException e) {
      throw made.end(explained(made, e));
    }
  }

  private HostedVm boot(VmSpec spec, Deadline deadline) {
    try (NewVm fresh = starter.begin(route().name(), "", spec.boot())) {
      Launch launch = new Launch(fresh.id(), spec, fresh.folder(), new GuestRam.Anonymous());
      return fresh.started(hypervisor.boot(launch, deadline));
    }
  }

  /** Adds the console's last lines: a guest that panics ends its VMM with code 0 and no message. */
  private static RuntimeException explained(HostedVm made, RuntimeException e) {
    return e instanceof VmmException vmm && vmm.reason() == Reason.DIED
        ? new VmmException(Reason.DIED, e.getMessage() + ConsoleTail.of(made.folder()), e)
        : e;
  }
}
