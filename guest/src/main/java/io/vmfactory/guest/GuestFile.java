package io.vmfactory.guest;

/**
 * A file to write in the guest.
 *
 * @param path absolute, below /run, without {@code ..}
 * @param mode permission bits of the file, e.g. 0644
 * @param directoryMode permission bits of missing parent directories
 * @param uid user id of its owner
 * @param gid group id of its group
 * @param content the bytes of the file
 */
public record GuestFile(
    String path, int mode, int directoryMode, int uid, int gid, byte[] content) {}
