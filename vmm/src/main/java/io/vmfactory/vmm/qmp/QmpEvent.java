package io.vmfactory.vmm.qmp;

/** A message that QEMU sends without a request. */
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
   * @param status in QEMU's spelling, e.g. {@code completed}, {@code failed}
   */
  record MigrationChanged(String status) implements QmpEvent {}

  /**
   * The guest has accepted or refused to plug or remove a device (ACPI_DEVICE_OST).
   *
   * @param device its id; for a device without id the kind and number of its slot, e.g. {@code CPU
   *     1}
   * @param status 0 = accepted; all others are refusals, see _OST in the ACPI specification
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
   * @param status in QEMU's spelling; a job that fails is {@code aborting} before it is {@code
   *     concluded}
   */
  record JobChanged(String job, String status) implements QmpEvent {}

  /**
   * Any other event.
   *
   * @param name in QEMU's spelling, e.g. {@code STOP}, {@code RESUME}, {@code SHUTDOWN}
   */
  record Other(String name) implements QmpEvent {}
}
