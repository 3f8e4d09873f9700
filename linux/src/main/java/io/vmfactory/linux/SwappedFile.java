package io.vmfactory.linux;

import com.sun.jna.LastErrorException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/**
 * A small file that is replaced as a whole at low cost. A write fills a spare file and then
 * exchanges the two names. If the writer is killed, the file holds the old content or the new one.
 * The old file becomes the next spare, so no file is made or removed. ext4 then need not flush to
 * the disk, as it does when a file is renamed over another (about 1.5 ms). Not synced. Where the
 * file system cannot exchange names (see renameat2(2)), it renames.
 *
 * <p>Read it only after the writer has ended: a reader may see a mixture if the writer writes twice
 * meanwhile.
 *
 * @param path the file; may be missing
 * @param spare the spare file in the same folder; may be missing, its content has no meaning. A
 *     link, a pipe or another user's file that has its name is removed, never written
 */
public record SwappedFile(Path path, Path spare) {
  /**
   * Replaces the content. A new file gets mode 0600. Not thread-safe. An interruption of the thread
   * does not disturb the write.
   *
   * @throws IOException when the write fails; the old content is unchanged
   */
  public void write(byte[] content) throws IOException {
    try (Descriptor file = OwnerOnly.overwritable(spare)) {
      OwnerOnly.overwrite(file, content);
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
      return false; // no file yet, or no exchange here; the rename reports all other errors
    }
  }
}
