package io.vmfactory.factory.app;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.factory.lease.LeaseBook;
import io.vmfactory.factory.request.DriveId;
import io.vmfactory.factory.request.LeaseId;
import io.vmfactory.factory.request.Peer;
import io.vmfactory.factory.request.Refusals;
import io.vmfactory.factory.request.VmView;
import io.vmfactory.vmm.NicPlace;
import io.vmfactory.vmm.Vm;
import io.vmfactory.vmm.VmmException;

/** The verbs of what a leased VM can be given. */
final class AttachmentVerbs implements Attachments {
  private final GrowVm growVm;
  private final AttachDrive attachDrive;
  private final NicVerbs nics;
  private final LeaseBook leases;

  AttachmentVerbs(GrowVm growVm, AttachDrive attachDrive, NicVerbs nics, LeaseBook leases) {
    this.growVm = growVm;
    this.attachDrive = attachDrive;
    this.nics = nics;
    this.leases = leases;
  }

  @Override
  public VmView grow(GrowRequest request, Deadline deadline) {
    return growVm.run(request, deadline);
  }

  @Override
  public GrantedDrive attachDrive(DriveRequest request, Deadline deadline) {
    return attachDrive.run(request, deadline);
  }

  @Override
  public void detachDrive(Peer client, LeaseId lease, DriveId drive, Deadline deadline) {
    leases.run(client, lease, vm -> detach(vm, drive, deadline));
  }

  private static void detach(Vm vm, DriveId drive, Deadline deadline) {
    try {
      vm.drives().detach(drive.value(), deadline);
    } catch (VmmException e) {
      throw e.reason() == VmmException.Reason.INVALID
          ? Refusals.notFound(String.valueOf(e.getMessage()))
          : e;
    }
  }

  @Override
  public NicPlace attachNic(NicRequest request, Deadline deadline) {
    return nics.attach(request, deadline);
  }

  @Override
  public NicPlace detachNic(NicRequest request, Deadline deadline) {
    return nics.detach(request, deadline);
  }
}
