package io.vmfactory.vmm.qemu;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.vmm.DriveImage;
import io.vmfactory.vmm.DriveMode;
import io.vmfactory.vmm.DrivePlace;
import io.vmfactory.vmm.VmSpec.Devices;
import io.vmfactory.vmm.VmmException;
import io.vmfactory.vmm.VmmException.Reason;
import io.vmfactory.vmm.linux.DriveFile;
import io.vmfactory.vmm.qmp.BlockCommands;
import io.vmfactory.vmm.qmp.BlockCommands.Device;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Attaches drives to a VM and detaches them. Keeps no count of them: QEMU knows what each device
 * reads from, whoever attached it.
 *
 * @param devices the places that the VM has
 */
record QemuDrives(Devices devices, QemuMonitor monitor, QemuEvents events) {

  /** Fills a free place. One step at a time per VM. */
  DrivePlace attach(DriveImage image, Deadline deadline) {
    try (DriveFile file = DriveFile.hold(image.file())) {
      requireFits(image, file.size());
      image.check().accept(file.path());
      DriveBay bay = free(image.mode(), deadline);
      DriveNodes nodes = new DriveNodes(bay, monitor, events);
      nodes.removeLeftovers(deadline);
      String top = nodes.add(image, file, devices.driveSlotBytes(), deadline);
      try {
        connect(bay, top, image.mode() == DriveMode.READ_ONLY, deadline);
      } catch (RuntimeException e) {
        disconnect(bay, nodes, image.mode() == DriveMode.READ_ONLY);
        throw DriveFailures.told(e, image.file(), file.path());
      }
      return place(bay, image.mode());
    }
  }

  private void requireFits(DriveImage image, long size) {
    if (size > devices.driveSlotBytes()) {
      throw new VmmException(
          Reason.INVALID,
          "drive %s has %d bytes, a slot holds %d: make the file smaller or drive_slot_size larger"
              .formatted(image.file(), size, devices.driveSlotBytes()));
    }
  }

  private DriveBay free(DriveMode mode, Deadline deadline) {
    List<Device> all = monitor.execute(BlockCommands.devices(), deadline);
    return DriveBay.all(devices).stream()
        .filter(bay -> bay.takes(mode) && content(bay, all) == null)
        .findFirst()
        .orElseThrow(() -> full(mode));
  }

  private VmmException full(DriveMode mode) {
    boolean readOnly = mode == DriveMode.READ_ONLY;
    return new VmmException(
        Reason.RESOURCES,
        "the VM has no place for another %s drive: its %d slots (%s) and %d ports (hotplug_ports)"
                .formatted(
                    mode,
                    readOnly ? devices.readOnlySlots() : devices.driveSlots(),
                    readOnly ? "read_only_drive_slots" : "drive_slots",
                    devices.hotplugPorts())
            + " are in use");
  }

  private void connect(DriveBay bay, String top, boolean readOnly, Deadline deadline) {
    if (bay.isPort()) {
      monitor.execute(BlockCommands.addRaw(bay.id(), top, readOnly), deadline);
      var plug = BlockCommands.plugDrive(bay.id(), bay.portId(), DriveBay.QUEUE_SIZE);
      monitor.execute(plug, deadline);
    } else {
      monitor.execute(BlockCommands.retarget(bay.id(), top, readOnly), deadline);
    }
  }

  /** Does not wait: what has failed may be the time, and QEMU keeps to the order. */
  private void disconnect(DriveBay bay, DriveNodes nodes, boolean readOnly) {
    monitor.send(
        bay.isPort()
            ? BlockCommands.unplug(bay.id())
            : BlockCommands.retarget(bay.id(), bay.blank(), readOnly));
    nodes.undo();
  }

  /** Empties a place. */
  void detach(String id, Deadline deadline) {
    List<Device> all = monitor.execute(BlockCommands.devices(), deadline);
    DriveBay bay =
        DriveBay.all(devices).stream()
            .filter(one -> one.id().equals(id) && content(one, all) != null)
            .findFirst()
            .orElseThrow(
                () -> new VmmException(Reason.INVALID, "the VM has no drive \"" + id + "\""));
    if (bay.isPort()) {
      unplug(bay, deadline);
    } else {
      boolean readOnly = bay.takes(DriveMode.READ_ONLY);
      monitor.execute(BlockCommands.retarget(id, bay.blank(), readOnly), deadline);
    }
    new DriveNodes(bay, monitor, events).removeLeftovers(deadline);
  }

  /** The guest may have been asked before, by somebody whose time ran out. */
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

  /** Every place that is filled. */
  List<DrivePlace> list(Deadline deadline) {
    List<Device> all = monitor.execute(BlockCommands.devices(), deadline);
    return DriveBay.all(devices).stream().flatMap(bay -> filled(bay, all)).toList();
  }

  private static Stream<DrivePlace> filled(DriveBay bay, List<Device> all) {
    Device.Medium content = content(bay, all);
    return content == null ? Stream.empty() : Stream.of(place(bay, mode(content)));
  }

  private static Device.@Nullable Medium content(DriveBay bay, List<Device> all) {
    return all.stream()
        .map(Device::medium)
        .filter(
            medium -> medium != null && medium.name().equals(bay.id()) && !medium.has("null-co"))
        .findFirst()
        .orElse(null);
  }

  private static DriveMode mode(Device.Medium content) {
    if (content.readOnly()) {
      return DriveMode.READ_ONLY;
    }
    return content.has("qcow2") ? DriveMode.OVERLAY : DriveMode.WRITABLE;
  }

  private static DrivePlace place(DriveBay bay, DriveMode mode) {
    return new DrivePlace(bay.id(), mode, bay.guestDevice(), bay.isPort());
  }
}
