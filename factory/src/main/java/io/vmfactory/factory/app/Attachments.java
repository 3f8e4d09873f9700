package io.vmfactory.factory.app;

import io.vmfactory.configs.time.Laps.Lap;
import io.vmfactory.factory.app.UseCases.Nothing;
import io.vmfactory.factory.request.Peer;
import io.vmfactory.vmm.DriveMode;
import io.vmfactory.vmm.DrivePlace;
import io.vmfactory.vmm.NicPlace;
import java.util.List;

/** What can be attached to a leased VM. */
public record Attachments(
    UseCase<DriveRequest, GrantedDrive> attachDrive,
    UseCase<DriveRef, Nothing> detachDrive,
    UseCase<NicRequest, NicPlace> attachNic) {

  /**
   * A wish for a drive.
   *
   * @param path of the file, absolute
   * @param peer who wants it
   */
  public record DriveRequest(String leaseId, String path, DriveMode mode, Peer peer) {}

  /**
   * A drive that was attached.
   *
   * @param path of its file, as it was asked for
   * @param hops the steps, in order
   */
  public record GrantedDrive(DrivePlace place, String path, List<Lap> hops) {}

  /**
   * A wish for a connection to a network.
   *
   * @param networkNamespace path of the network's namespace, absolute
   * @param name what the host's end is called there; empty = the daemon chooses
   * @param peer who wants it
   */
  public record NicRequest(String leaseId, String networkNamespace, String name, Peer peer) {}

  /** A drive of a leased VM. */
  public record DriveRef(String leaseId, String driveId) {}
}
