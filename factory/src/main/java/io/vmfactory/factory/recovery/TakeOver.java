package io.vmfactory.factory.recovery;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.vmm.Hypervisor;
import io.vmfactory.vmm.Survivor;
import io.vmfactory.vmm.Vm;
import io.vmfactory.vmm.VmmException;
import io.vmfactory.vmm.VmmException.Reason;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Takes one living VM over for its heir. One that cannot be taken over is ended. */
public final class TakeOver {
  private static final Logger LOG = LoggerFactory.getLogger(TakeOver.class);
  private static final Duration END = Duration.ofSeconds(10);

  private final Hypervisor hypervisor;
  private final VmProcesses processes;
  private final Adopters heirs;

  public TakeOver(Hypervisor hypervisor, VmProcesses processes, Adopters heirs) {
    this.hypervisor = hypervisor;
    this.processes = processes;
    this.heirs = heirs;
  }

  /** Throws nothing: what goes wrong is told. */
  void run(LeftoverVms remains, Adopter heir) {
    Deadline deadline = Deadline.after(heir.limit());
    try {
      Vm vm = hypervisor.adopt(survivor(remains), deadline);
      hand(vm, remains, heir, deadline);
    } catch (RuntimeException e) {
      failed(remains, heir, e);
    }
  }

  private Survivor survivor(LeftoverVms remains) {
    return new Survivor(remains.process(), heirs.spec(remains.record()), remains.folder());
  }

  private static void hand(Vm vm, LeftoverVms remains, Adopter heir, Deadline deadline) {
    if (!heir.take(vm, remains.folder(), deadline)) {
      vm.kill();
      LOG.info("ended VM {} of an earlier daemon: not wanted any more", remains.id());
    }
  }

  private void failed(LeftoverVms remains, Adopter heir, RuntimeException e) {
    String why = "a VM of an earlier daemon could not be taken over: " + e.getMessage();
    if (heir.hasCustomer() && e instanceof VmmException vmm && vmm.reason() == Reason.RESOURCES) {
      // Not the VM's fault, and its customer may be better off with the next daemon.
      heir.lost(why + "; left alone for the next daemon");
      return;
    }
    try {
      processes.end(remains.process(), Deadline.after(END));
      remains.folder().remove();
      heir.lost(why);
    } catch (RuntimeException again) {
      e.addSuppressed(again);
      heir.lost("%s; nor can it be ended: %s".formatted(why, again.getMessage()));
    }
    LOG.debug("the failure in full", e);
  }
}
