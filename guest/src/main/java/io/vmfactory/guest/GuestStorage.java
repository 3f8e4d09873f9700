package io.vmfactory.guest;

import java.util.List;

/**
 * Something to be mounted in the guest, as Kata's agent protocol has it.
 *
 * @param driver {@code blk}, {@code ephemeral}, {@code local} or {@code overlayfs}
 * @param driverOptions the driver's own
 * @param source blk: a device as AttachDrive names it; ephemeral: {@code tmpfs}; others: see the
 *     agent's README
 * @param fsType file system, e.g. {@code ext4}
 * @param options mount options
 * @param mountPoint absolute path in the guest; made when it is not there
 */
public record GuestStorage(
    String driver,
    List<String> driverOptions,
    String source,
    String fsType,
    List<String> options,
    String mountPoint) {
  public GuestStorage {
    driverOptions = List.copyOf(driverOptions);
    options = List.copyOf(options);
  }
}
