package io.vmfactory.linux;

import io.vmfactory.configs.host.OwnUser;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Set;

/**
 * Reads small files that only this user or root can have written. A pipe, a device or a link in
 * place of the file is refused before anything is read, so it can neither block nor fill memory.
 */
public final class OwnFile {
  private OwnFile() {}

  /**
   * Returns the content of {@code file}.
   *
   * @param mostBytes longest content that is accepted, in bytes
   * @throws IOException if the file is missing, is a link or no regular file, is too large, belongs
   *     to another user, or its group or others may write it; the message names the remedy
   */
  public static byte[] read(Path file, int mostBytes) throws IOException {
    int fd = LibC.openFile(file);
    try {
      Path held = Path.of("/proc/self/fd/" + fd);
      require(file, held, mostBytes);
      try (InputStream in = Files.newInputStream(held)) {
        byte[] content = in.readNBytes(mostBytes + 1);
        if (content.length > mostBytes) {
          throw tooLarge(file, mostBytes);
        }
        return content;
      }
    } finally {
      LibC.close(fd);
    }
  }

  private static void require(Path file, Path held, int mostBytes) throws IOException {
    if (!Files.isRegularFile(held)) {
      throw new IOException(file + " is not a regular file; remove it");
    }
    if (Files.size(held) > mostBytes) {
      throw tooLarge(file, mostBytes);
    }
    int own = OwnUser.uid();
    int uid = (Integer) Files.getAttribute(held, "unix:uid");
    if (uid != own && uid != 0) {
      throw new IOException(
          "%s belongs to uid %d; check it, then: chown %d '%s'".formatted(file, uid, own, file));
    }
    Set<PosixFilePermission> modes = Files.getPosixFilePermissions(held);
    if (modes.contains(PosixFilePermission.GROUP_WRITE)
        || modes.contains(PosixFilePermission.OTHERS_WRITE)) {
      throw new IOException(
          "other users may write %s; check it, then: chmod go-w '%s'".formatted(file, file));
    }
  }

  private static IOException tooLarge(Path file, int mostBytes) {
    return new IOException("%s is too large: at most %d bytes".formatted(file, mostBytes));
  }
}
