package io.vmfactory.factory.app;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.configs.time.Laps.Lap;
import io.vmfactory.factory.request.DriveId;
import io.vmfactory.factory.request.LeaseId;
import io.vmfactory.factory.request.Peer;
import io.vmfactory.factory.request.VmView;
import io.vmfactory.vmm.DriveMode;
import io.vmfactory.vmm.DrivePlace;
import io.vmfactory.vmm.NicPlace;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a leased VM can be given. */
public interface Attachments {
  /**
   * Gives a leased VM the CPUs and the memory that it lacks; returns the VM. It never gets less
   * than it has.
   */
  VmView grow(GrowRequest request, Deadline deadline);

  /** Gives a leased VM a drive. */
  GrantedDrive attachDrive(DriveRequest request, Deadline deadline);

  /** Takes a drive away from a leased VM of this client. */
  void detachDrive(Peer client, LeaseId lease, DriveId drive, Deadline deadline);

  /** Connects a NIC slot of a leased VM to a network. */
  NicPlace attachNic(NicRequest request, Deadline deadline);

  /** Disconnects a NIC slot of a leased VM from a network. */
  NicPlace detachNic(NicRequest request, Deadline deadline);

  /**
   * A request for a size.
   *
   * @param vcpus null = as many as it has
   * @param memoryMib MiB; null = as much as it has
   * @param peer the client
   */
  record GrowRequest(
      LeaseId lease, @Nullable Integer vcpus, @Nullable Integer memoryMib, Peer peer) {}

  /**
   * A request for a drive.
   *
   * @param path of the file, absolute
   * @param peer the client; the file is opened with its rights
   */
  record DriveRequest(LeaseId lease, String path, DriveMode mode, Peer peer) {}

  /**
   * A drive that was attached.
   *
   * @param path of its file, as in the request
   * @param hops the steps, in order
   */
  record GrantedDrive(DrivePlace place, String path, List<Lap> hops) {}

  /**
   * A request for a connection to a network, or for its end.
   *
   * @param networkNamespace path of the network's namespace, absolute
   * @param name name of the host's end there; empty = the daemon chooses, in a request for a
   *     connection
   * @param peer the client
   */
  record NicRequest(LeaseId lease, String networkNamespace, String name, Peer peer) {}
}
