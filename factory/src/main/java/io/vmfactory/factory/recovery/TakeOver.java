package io.vmfactory.factory.recovery;

import io.vmfactory.configs.ErrorText;
import io.vmfactory.configs.time.Deadline;
import io.vmfactory.factory.journal.Journal;
import io.vmfactory.factory.vm.HostedVm;
import io.vmfactory.vmm.Hypervisor;
import io.vmfactory.vmm.Survivor;
import io.vmfactory.vmm.Vm;
import io.vmfactory.vmm.VmPhase;
import io.vmfactory.vmm.VmmException;
import io.vmfactory.vmm.VmmException.Reason;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes one living VM over for its adopter. Ends a VM that cannot be taken over, unless a customer
 * has it.
 */
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

  /**
   * Takes the VM over. Throws nothing; reports failures to the adopter.
   *
   * @return completes when the VM has answered or ended, or its time is over; never fails
   */
  CompletionStage<Void> run(LeftoverVm leftover, Adopter adopter) {
    try {
      if (adopter.hasCustomer()) {
        return hold(leftover, adopter);
      }
      Deadline deadline = Deadline.after(adopter.limit());
      Vm vm = hypervisor.adopt(survivor(leftover), deadline);
      hand(hosted(vm, leftover), adopter, deadline);
    } catch (RuntimeException e) {
      failed(leftover, adopter, e);
    }
    return CompletableFuture.completedFuture(null);
  }

  /** Takes a customer's VM over, whether it answers or not: only its lease may end it. */
  private CompletionStage<Void> hold(LeftoverVm leftover, Adopter adopter) {
    Vm vm = hypervisor.hold(survivor(leftover));
    hand(hosted(vm, leftover), adopter, Deadline.after(adopter.limit()));
    return vm.signals()
        .available()
        .toCompletableFuture()
        .copy()
        .orTimeout(adopter.limit().toNanos(), TimeUnit.NANOSECONDS)
        .handle(
            (phase, failure) -> {
              if (failure != null) {
                tellSilent(leftover, vm, failure);
              }
              return null;
            });
  }

  private void tellSilent(LeftoverVm leftover, Vm vm, Throwable failure) {
    if (vm.phase() == VmPhase.UNAVAILABLE) {
      String why =
          failure instanceof TimeoutException ? "it does not answer" : ErrorText.of(cause(failure));
      adopters.tell(
          leftover.id(),
          "a customer's VM, pid %d, is kept but cannot be worked with: %s"
              .formatted(leftover.process().pid(), why));
    }
  }

  private static Throwable cause(Throwable failure) {
    return failure instanceof CompletionException && failure.getCause() != null
        ? failure.getCause()
        : failure;
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
    if (adopter.hasCustomer() && !(e instanceof VmmException vmm && vmm.reason() == Reason.DIED)) {
      // The next daemon may be able to take it over for its customer.
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
