package io.vmfactory.factory.recovery;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.factory.journal.Journal;
import io.vmfactory.factory.vm.HostedVm;
import io.vmfactory.vmm.Hypervisor;
import io.vmfactory.vmm.Survivor;
import io.vmfactory.vmm.Vm;
import io.vmfactory.vmm.VmmException;
import io.vmfactory.vmm.VmmException.Reason;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Takes one living VM over for its adopter. Ends a VM that cannot be taken over. */
public final class TakeOver {
  private static final Logger LOG = LoggerFactory.getLogger(TakeOver.class);
  private static final Duration END = Duration.ofSeconds(10);

  private final Hypervisor hypervisor;
  private final VmProcesses processes;
  private final Journal journal;
  private final Adopters adopters;

  public TakeOver(
      Hypervisor hypervisor, VmProcesses processes, Journal journal, Adopters adopters) {
    this.hypervisor = hypervisor;
    this.processes = processes;
    this.journal = journal;
    this.adopters = adopters;
  }

  /** Takes the VM over. Throws nothing; reports failures to the adopter. */
  void run(LeftoverVm leftover, Adopter adopter) {
    Deadline deadline = Deadline.after(adopter.limit());
    try {
      Vm vm = hypervisor.adopt(survivor(leftover), deadline);
      hand(hosted(vm, leftover), adopter, deadline);
    } catch (RuntimeException e) {
      failed(leftover, adopter, e);
    }
  }

  private Survivor survivor(LeftoverVm leftover) {
    return new Survivor(leftover.process(), adopters.spec(leftover.record()), leftover.folder());
  }

  private HostedVm hosted(Vm vm, LeftoverVm leftover) {
    return new HostedVm(vm, leftover.folder(), leftover.record(), journal);
  }

  private static void hand(HostedVm hosted, Adopter adopter, Deadline deadline) {
    if (!adopter.take(hosted, deadline)) {
      hosted.end();
      LOG.info("ended VM {} of an earlier daemon: not wanted any more", hosted.id().value());
    }
  }

  private void failed(LeftoverVm leftover, Adopter adopter, RuntimeException e) {
    String why = "a VM of an earlier daemon could not be taken over: " + e.getMessage();
    if (adopter.hasCustomer()
        && e instanceof VmmException vmm
        && vmm.reason() == Reason.RESOURCES) {
      // The VM is not at fault, and the next daemon may be able to take it over for its customer.
      adopter.lost(why + "; left alone for the next daemon");
      return;
    }
    try {
      processes.end(leftover.process(), Deadline.after(END));
      leftover.folder().remove();
      adopter.lost(why);
    } catch (RuntimeException again) {
      e.addSuppressed(again);
      adopter.lost("%s; it cannot be ended either: %s".formatted(why, again.getMessage()));
    }
    LOG.debug("stack trace of the failure", e);
  }
}
