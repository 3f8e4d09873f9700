package io.vmfactory.factory.app;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.factory.app.Attachments.DriveRef;
import io.vmfactory.factory.app.UseCases.Nothing;
import io.vmfactory.factory.lease.LeaseBook;
import io.vmfactory.factory.request.Refusals;
import io.vmfactory.vmm.VmmException;

/** Takes a drive away from a leased VM. */
final class DetachDrive implements UseCase<DriveRef, Nothing> {
  private final LeaseBook leases;

  DetachDrive(LeaseBook leases) {
    this.leases = leases;
  }

  @Override
  public Nothing run(DriveRef drive, Deadline deadline) {
    return leases.use(
        drive.leaseId(),
        vm -> {
          try {
            vm.drives().detach(drive.driveId(), deadline);
            return Nothing.NOTHING;
          } catch (VmmException e) {
            throw e.reason() == VmmException.Reason.INVALID
                ? Refusals.notFound(String.valueOf(e.getMessage()))
                : e;
          }
        });
  }
}
