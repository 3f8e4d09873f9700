package io.vmfactory.guest;

import java.util.List;

/**
 * A storage to mount in the guest, as in Kata's agent protocol.
 *
 * @param driver {@code blk}, {@code ephemeral}, {@code local} or {@code overlayfs}
 * @param driverOptions the driver's own options
 * @param source blk: a device by AttachDrive's name; ephemeral: {@code tmpfs}; others: see the
 *     agent's README
 * @param fsType file system, e.g. {@code ext4}
 * @param options mount options
 * @param mountPoint absolute path in the guest; made if it is missing
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
