package io.vmfactory.linux;

import com.sun.jna.LastErrorException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/**
 * A small file that is replaced whole, and cheaply: what is new is written to a spare file and the
 * two names are exchanged, so whenever the writer is killed the file is the one before or the new
 * one. The one before is the spare of the next time: nothing is made or removed, and ext4 has no
 * reason to flush to the disk, as it does when a file is renamed over another (about 1.5 ms). Not
 * synced. Where the file system cannot exchange names (see renameat2(2)), it renames.
 *
 * <p>For readers that come after the writer: one that reads while it writes twice may see a
 * mixture.
 *
 * @param path the file; need not exist
 * @param spare in the same folder; need not exist, its content means nothing
 */
public record SwappedFile(Path path, Path spare) {
  /**
   * Replaces it; a new one gets mode 0600. Not for two threads at once. An interrupted thread
   * writes as any other does.
   *
   * @throws IOException when it cannot; what was there before still is
   */
  public void write(byte[] content) throws IOException {
    if (!Files.exists(spare)) {
      OwnerOnly.create(spare);
    }
    // Not a channel: an interrupt would close it.
    try (RandomAccessFile file = new RandomAccessFile(spare.toFile(), "rw")) {
      file.write(content);
      file.setLength(content.length);
    }
    if (!exchanged()) {
      Files.move(spare, path, StandardCopyOption.ATOMIC_MOVE);
    }
  }

  private boolean exchanged() {
    try {
      LibC.renameat2(
          LibC.AT_FDCWD, spare.toString(), LibC.AT_FDCWD, path.toString(), LibC.RENAME_EXCHANGE);
      return true;
    } catch (LastErrorException e) {
      return false; // nothing there yet, or not known to the file system: the rename will tell
    }
  }
}
