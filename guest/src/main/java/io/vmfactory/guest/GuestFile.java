package io.vmfactory.guest;

/**
 * A file, folder or link to write in the guest.
 *
 * @param path absolute, below /run, without {@code ..}
 * @param mode permission bits, e.g. 0644; with the bits of a type in stat(2), a folder or a link
 * @param directoryMode permission bits of missing parent directories
 * @param uid user id of its owner
 * @param gid group id of its group
 * @param content the bytes of the file; the target of the link; empty for a folder
 */
public record GuestFile(
    String path, int mode, int directoryMode, int uid, int gid, byte[] content) {
  /** Returns the same file in a folder: its path is added to the folder's. */
  public GuestFile below(String folder) {
    return new GuestFile(folder + path, mode, directoryMode, uid, gid, content);
  }
}
