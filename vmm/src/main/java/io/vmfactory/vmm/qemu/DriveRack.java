package io.vmfactory.vmm.qemu;

import io.vmfactory.vmm.DriveMode;
import io.vmfactory.vmm.DrivePlace;
import io.vmfactory.vmm.VmSpec.Devices;
import io.vmfactory.vmm.VmmException;
import io.vmfactory.vmm.VmmException.Reason;
import io.vmfactory.vmm.qmp.BlockCommands.Device;
import io.vmfactory.vmm.qmp.BlockCommands.Device.Medium;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * The places of one VM and what is in them, as QEMU says: a VM of an earlier daemon may have been
 * made with other slots than are configured now.
 */
final class DriveRack {
  private final List<Medium> media;
  private final Devices devices;
  private final List<DriveBay> bays;

  /**
   * @param all of QEMU's block devices
   * @param configured ports cannot be told from those, so they are taken from here
   */
  DriveRack(List<Device> all, Devices configured) {
    media = all.stream().map(Device::medium).filter(Objects::nonNull).toList();
    devices =
        new Devices(
            count(DriveBay.Kind.WRITABLE_SLOT),
            count(DriveBay.Kind.READ_ONLY_SLOT),
            configured.hotplugPorts(),
            0,
            configured.driveSlotBytes());
    bays = DriveBay.all(devices);
  }

  private int count(DriveBay.Kind kind) {
    return (int) media.stream().filter(medium -> kind.isOf(medium.name())).count();
  }

  /**
   * The first free place for a drive of that mode.
   *
   * @throws VmmException with reason {@code RESOURCES} when there is none
   */
  DriveBay free(DriveMode mode) {
    return bays.stream()
        .filter(bay -> bay.takes(mode) && content(bay).isEmpty())
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

  /**
   * The place with the drive of that id.
   *
   * @throws VmmException with reason {@code INVALID} when there is none
   */
  DriveBay filled(String id) {
    return bays.stream()
        .filter(bay -> bay.id().equals(id) && content(bay).isPresent())
        .findFirst()
        .orElseThrow(() -> new VmmException(Reason.INVALID, "the VM has no drive \"" + id + "\""));
  }

  /** Every place that is filled. */
  List<DrivePlace> places() {
    return bays.stream()
        .flatMap(bay -> content(bay).map(content -> bay.place(mode(content))).stream())
        .toList();
  }

  /** How large a file a free place takes. */
  long bytes(DriveBay bay) {
    return named(bay).map(medium -> medium.image().bytes()).orElse(devices.driveSlotBytes());
  }

  private Optional<Medium> content(DriveBay bay) {
    return named(bay).filter(medium -> !medium.has("null-co"));
  }

  private Optional<Medium> named(DriveBay bay) {
    return media.stream().filter(medium -> medium.name().equals(bay.id())).findFirst();
  }

  private static DriveMode mode(Medium content) {
    if (content.readOnly()) {
      return DriveMode.READ_ONLY;
    }
    return content.has("qcow2") ? DriveMode.OVERLAY : DriveMode.WRITABLE;
  }
}
