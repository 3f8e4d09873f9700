package io.vmfactory.vmm.qmp;

/** What QEMU tells by itself. */
public sealed interface QmpEvent {
  /**
   * The guest has opened or closed a virtio-serial port (VSERPORT_CHANGE).
   *
   * @param port the device's id on the command line
   * @param open whether it is open now
   */
  record PortChanged(String port, boolean open) implements QmpEvent {}

  /**
   * A migration has entered a new state (MIGRATION).
   *
   * @param status as QEMU spells it, e.g. {@code completed}, {@code failed}
   */
  record MigrationChanged(String status) implements QmpEvent {}

  /**
   * The guest has dealt with a device that was plugged or is to be removed (ACPI_DEVICE_OST).
   *
   * @param device its id; of one without, the kind and number of its slot, e.g. {@code CPU 1}
   * @param status 0 = taken into use; all others are refusals, see _OST in the ACPI specification
   */
  record DeviceAnswered(String device, int status) implements QmpEvent {}

  /**
   * A device is gone (DEVICE_DELETED).
   *
   * @param device its id
   */
  record DeviceDeleted(String device) implements QmpEvent {}

  /**
   * A job has entered a new state (JOB_STATUS_CHANGE).
   *
   * @param status as QEMU spells it; {@code aborting} comes before {@code concluded} in one that
   *     fails
   */
  record JobChanged(String job, String status) implements QmpEvent {}

  /**
   * Any other.
   *
   * @param name as QEMU spells it, e.g. {@code STOP}, {@code RESUME}, {@code SHUTDOWN}
   */
  record Other(String name) implements QmpEvent {}
}
