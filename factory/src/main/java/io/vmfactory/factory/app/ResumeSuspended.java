package io.vmfactory.factory.app;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.configs.time.Laps;
import io.vmfactory.factory.lease.LeaseBook;
import io.vmfactory.factory.lease.SuspendedLeases;
import io.vmfactory.factory.observe.Observer.Verb;
import io.vmfactory.factory.request.GrantedFork;
import io.vmfactory.factory.request.GrantedVm;
import io.vmfactory.factory.request.HostMemory;
import io.vmfactory.factory.request.Lease;
import io.vmfactory.factory.request.Peer;
import io.vmfactory.factory.request.ResumedVm;
import io.vmfactory.factory.request.Route;
import io.vmfactory.factory.request.VmView;
import io.vmfactory.factory.routes.GroupHandOut;
import io.vmfactory.factory.routes.HandOuts;
import io.vmfactory.factory.vm.HostedVm;
import io.vmfactory.template.SuspendedVm;
import io.vmfactory.template.Suspensions;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Makes a suspended VM again, under its lease. The VM is suspended until its record is removed,
 * which is the last step; a daemon that finds both ends the VM.
 */
final class ResumeSuspended {
  private final HandOuts handOuts;
  private final LeaseBook leases;
  private final Suspensions suspensions;
  private final ForkMaker maker;
  private final HostMemory memory;

  ResumeSuspended(
      HandOuts handOuts,
      LeaseBook leases,
      Suspensions suspensions,
      ForkMaker maker,
      HostMemory memory) {
    this.handOuts = handOuts;
    this.leases = leases;
    this.suspensions = suspensions;
    this.maker = maker;
    this.memory = memory;
  }

  /**
   * Resumes a VM. If this throws, it is suspended as before.
   *
   * @param claim the caller's
   * @param ttl duration of the lease from now on; null = as before
   */
  ResumedVm run(
      Peer client, SuspendedLeases.Claim claim, @Nullable Duration ttl, Deadline deadline) {
    GroupHandOut handOut = handOuts.beginGroup(Verb.RESUME_VM, Route.RESUMED, deadline);
    try {
      SuspendedVm was = claim.vm();
      memory.require(was.former().memoryMib());
      handOut.admit(client, was.uid(), 1, was.former().memoryMib());
      HostedVm made = maker.again(suspensions, was, handOut.laps(), deadline);
      Lease lease = leased(made, was, ttl == null ? was.terms().running() : ttl, handOut);
      VmView view = VmView.of(made, null);
      end(client, claim, lease);
      handOut.laps().lap("lease");
      List<Laps.Lap> hops = handOut.laps().all();
      GrantedVm granted = new GrantedVm(view, lease, Route.RESUMED, "", hops);
      handOut.served(new GrantedFork(List.of(granted), Duration.ZERO, 0, hops));
      return new ResumedVm(granted, was);
    } catch (RuntimeException | Error e) {
      throw handOut.failed(e);
    } finally {
      handOut.close();
    }
  }

  private Lease leased(HostedVm vm, SuspendedVm was, Duration ttl, GroupHandOut handOut) {
    try {
      handOut.deadline().check("the lease");
      vm.handedOut(Route.RESUMED.name(), was.former().hostname(), vm.sizing());
      Lease lease = leases.draft(vm, was, ttl);
      leases.open(vm, lease, handOut.place(0));
      return lease;
    } catch (RuntimeException e) {
      throw vm.end(e);
    }
  }

  /** Ends the suspension, or the VM. */
  private void end(Peer client, SuspendedLeases.Claim claim, Lease lease) {
    try {
      claim.end();
    } catch (RuntimeException | Error e) {
      try {
        leases.release(client, lease.id());
      } catch (RuntimeException again) {
        e.addSuppressed(again);
      }
      throw e;
    }
  }
}
