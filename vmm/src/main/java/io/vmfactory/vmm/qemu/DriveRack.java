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
 * The places of one VM and the drives in them, as QEMU reports them. An earlier daemon may have
 * made the VM with other slots than are configured now.
 */
final class DriveRack {
  private final List<Medium> media;
  private final Devices devices;
  private final List<DriveBay> bays;

  /**
   * @param all all block devices of QEMU
   * @param configured gives the ports, which cannot be derived from {@code all}
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
   * Returns the first free place for a drive of that mode.
   *
   * @throws VmmException with reason {@code RESOURCES} when no place is free
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
   * Returns the place of the drive with that id.
   *
   * @throws VmmException with reason {@code INVALID} when the VM has no such drive
   */
  DriveBay filled(String id) {
    return bays.stream()
        .filter(bay -> bay.id().equals(id) && content(bay).isPresent())
        .findFirst()
        .orElseThrow(() -> new VmmException(Reason.INVALID, "the VM has no drive \"" + id + "\""));
  }

  /**
   * Returns the slot with that id.
   *
   * @throws VmmException with reason {@code INVALID} when the VM has no such slot
   */
  DriveBay slot(String id) {
    return bays.stream()
        .filter(bay -> bay.id().equals(id) && !bay.isPort())
        .findFirst()
        .orElseThrow(() -> new VmmException(Reason.INVALID, "the VM has no slot \"" + id + "\""));
  }

  /** Returns the drives at all filled places. */
  List<DrivePlace> places() {
    return bays.stream()
        .flatMap(bay -> content(bay).map(content -> bay.place(mode(content))).stream())
        .toList();
  }

  /** Returns the largest file that a free place accepts, in bytes. */
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
