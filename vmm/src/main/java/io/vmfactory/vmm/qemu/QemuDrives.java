package io.vmfactory.vmm.qemu;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.linux.DriveFile;
import io.vmfactory.linux.FileCalls;
import io.vmfactory.vmm.DriveImage;
import io.vmfactory.vmm.DriveMode;
import io.vmfactory.vmm.DrivePlace;
import io.vmfactory.vmm.FrozenDrive;
import io.vmfactory.vmm.VmSpec.Devices;
import io.vmfactory.vmm.VmmException;
import io.vmfactory.vmm.VmmException.Reason;
import io.vmfactory.vmm.qmp.BlockCommands;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletionStage;

/**
 * Attaches drives to a VM and detaches them. Keeps no count of them: QEMU reports what each device
 * reads from, also after an earlier daemon attached it.
 *
 * @param devices the VM's configured places
 */
record QemuDrives(Devices devices, QemuMonitor monitor, QemuEvents events) {
  private static final long SECTOR = 512;

  /** Fills a free place. One step at a time per VM. */
  DrivePlace attach(DriveImage image, Deadline deadline) {
    Found found =
        FileCalls.shared()
            .call(
                "drive " + image.file(),
                image.rights(),
                () -> Found.of(image),
                Found::close,
                deadline);
    try (DriveFile file = found.file()) {
      DriveRack rack = rack(deadline);
      DriveBay bay = rack.free(image.mode());
      requireFits(image, found.size(), rack.bytes(bay));
      DriveNodes nodes = nodes(bay);
      nodes.removeLeftovers(deadline);
      String top = nodes.add(image, file, sectors(file.size()), deadline);
      boolean readOnly = image.mode() == DriveMode.READ_ONLY;
      try {
        connect(bay, top, readOnly, deadline);
      } catch (RuntimeException e) {
        disconnect(bay, nodes, readOnly);
        throw DriveFailures.of(e, image.file());
      }
      return bay.place(image.mode());
    }
  }

  /**
   * The file of an image, which the client may use.
   *
   * @param size in bytes
   */
  private record Found(DriveFile file, long size) {
    static Found of(DriveImage image) {
      DriveFile file = DriveFile.hold(image.file(), image.rights());
      try {
        return new Found(file, file.size());
      } catch (RuntimeException e) {
        file.close();
        throw e;
      }
    }

    void close() {
      file.close();
    }
  }

  /** Fills the place of a drive that another VM had. */
  void restore(FrozenDrive drive, Path overlayDir, Deadline deadline) {
    DriveRack rack = rack(deadline);
    DriveBay bay = rack.slot(drive.id());
    DriveNodes nodes = nodes(bay);
    String top = nodes.add(drive, overlayDir, deadline);
    connect(bay, top, drive.mode() == DriveMode.READ_ONLY, deadline);
  }

  /** Returns the nodes below the drive at a place. */
  DriveNodes nodes(DriveBay bay) {
    return new DriveNodes(bay, monitor, events);
  }

  /** Returns the nodes of all drives. */
  BlockNodes allNodes() {
    return new BlockNodes(monitor, events);
  }

  /** Returns the places and what is in them. */
  DriveRack rack(Deadline deadline) {
    return new DriveRack(monitor.execute(BlockCommands.devices(), deadline), devices);
  }

  private static void requireFits(DriveImage image, long size, long room) {
    if (size > room) {
      throw new VmmException(
          Reason.INVALID,
          "drive %s has %d bytes, a slot holds %d: make the file smaller or drive_slot_size larger"
              .formatted(image.file(), size, room));
    }
  }

  /** The guest can fill an overlay of the image's size, and not one of the slot's. */
  private static long sectors(long bytes) {
    return (bytes + SECTOR - 1) / SECTOR * SECTOR;
  }

  private void connect(DriveBay bay, String top, boolean readOnly, Deadline deadline) {
    if (bay.isPort()) {
      monitor.execute(BlockCommands.addRaw(bay.id(), top, readOnly), deadline);
      var plug = BlockCommands.plugDrive(bay.id(), bay.portId(), DriveBay.QUEUE_SIZE);
      monitor.execute(plug, deadline);
    } else {
      monitor.execute(BlockCommands.retarget(bay.id(), top, readOnly), deadline);
    }
    DriveBounds.Of bounds = monitor.driveBounds();
    if (bounds.isSlow()) {
      monitor.execute(BlockCommands.slowDown(bay.id(), bounds.limits()), deadline);
    }
  }

  /** Does not wait: the deadline may have passed, and QEMU runs commands in order. */
  private void disconnect(DriveBay bay, DriveNodes nodes, boolean readOnly) {
    monitor.send(
        bay.isPort()
            ? BlockCommands.unplug(bay.id())
            : BlockCommands.retarget(bay.id(), bay.blank(), readOnly));
    nodes.undo(1);
  }

  /** Empties a place. */
  void detach(String id, Deadline deadline) {
    DriveBay bay = rack(deadline).filled(id);
    if (bay.isPort()) {
      unplug(bay, deadline);
    } else {
      boolean readOnly = bay.takes(DriveMode.READ_ONLY);
      monitor.execute(BlockCommands.retarget(id, bay.blank(), readOnly), deadline);
    }
    nodes(bay).removeLeftovers(deadline);
  }

  /** An earlier caller whose deadline passed may have sent the same request to the guest. */
  private void unplug(DriveBay bay, Deadline deadline) {
    CompletionStage<Void> gone = events.unplugged(bay.id());
    try {
      monitor.execute(BlockCommands.unplug(bay.id()), deadline);
    } catch (VmmException e) {
      if (!String.valueOf(e.getMessage()).contains("already in the process of unplug")) {
        throw e;
      }
    }
    monitor.await(gone, "the guest to let go of drive " + bay.id(), deadline);
  }

  /** Returns the drives at all filled places. */
  List<DrivePlace> list(Deadline deadline) {
    return rack(deadline).places();
  }
}
