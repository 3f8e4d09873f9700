package io.vmfactory.factory.grpc;

import io.vmfactory.api.v1.AttachDriveRequest;
import io.vmfactory.api.v1.AttachDriveResponse;
import io.vmfactory.api.v1.Drive;
import io.vmfactory.factory.app.Attachments.DriveRequest;
import io.vmfactory.factory.app.Attachments.GrantedDrive;
import io.vmfactory.factory.calls.Wire;
import io.vmfactory.factory.request.LeaseId;
import io.vmfactory.factory.request.Peer;
import io.vmfactory.factory.request.RequestException;
import io.vmfactory.vmm.DriveMode;

/** Converts drives, and requests for them. */
final class DriveProtos {
  private DriveProtos() {}

  static DriveRequest request(AttachDriveRequest q, Peer peer) {
    return new DriveRequest(new LeaseId(q.getLeaseId()), q.getPath(), mode(q.getMode()), peer);
  }

  static AttachDriveResponse attached(GrantedDrive granted) {
    Drive drive =
        Drive.newBuilder()
            .setId(granted.place().id())
            .setPath(granted.path())
            .setMode(io.vmfactory.api.v1.DriveMode.valueOf(granted.place().mode().name()))
            .setGuestDevice(granted.place().guestDevice())
            .setHotPlugged(granted.place().hotPlugged())
            .build();
    return AttachDriveResponse.newBuilder()
        .setDrive(drive)
        .addAllHops(Wire.hops(granted.hops()))
        .build();
  }

  private static DriveMode mode(io.vmfactory.api.v1.DriveMode wire) {
    return switch (wire) {
      case READ_ONLY -> DriveMode.READ_ONLY;
      case OVERLAY -> DriveMode.OVERLAY;
      case WRITABLE -> DriveMode.WRITABLE;
      case DRIVE_MODE_UNSPECIFIED, UNRECOGNIZED ->
          throw new RequestException(
              RequestException.Reason.INVALID,
              "mode: must be READ_ONLY, OVERLAY or WRITABLE, is " + wire);
    };
  }
}
