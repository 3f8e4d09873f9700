package io.vmfactory.guest;

/**
 * A file to be written in the guest.
 *
 * @param path absolute, below /run, without {@code ..}
 * @param mode permission bits, e.g. 0644
 * @param directoryMode permission bits of directories that are made on the way
 * @param uid owner
 * @param gid group
 * @param content what is in it
 */
public record GuestFile(
    String path, int mode, int directoryMode, int uid, int gid, byte[] content) {}
