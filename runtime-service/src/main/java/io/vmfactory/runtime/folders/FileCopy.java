package io.vmfactory.runtime.folders;

import io.vmfactory.guest.GuestFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;

/**
 * A file of this host that is copied into a guest. Part of the journal, so it has only plain
 * values.
 *
 * @param source the file, an absolute path on this host
 * @param target the copy, an absolute path in the guest
 */
public record FileCopy(String source, String target) {
  private static final int MOST_BYTES = 1 << 20;

  public FileCopy {
    Objects.requireNonNull(source);
    Objects.requireNonNull(target);
  }

  /** Reads the file as it is now. Throws if it cannot be read, or has more than 1 MiB. */
  public GuestFile read() throws IOException {
    Path file = Path.of(source);
    try (InputStream in = Files.newInputStream(file)) {
      byte[] content = in.readNBytes(MOST_BYTES + 1);
      if (content.length > MOST_BYTES) {
        throw new IOException("a file that is copied into the VM can have at most 1 MiB");
      }
      int mode = (Integer) Files.getAttribute(file, "unix:mode") & 0777;
      int uid = (Integer) Files.getAttribute(file, "unix:uid");
      int gid = (Integer) Files.getAttribute(file, "unix:gid");
      return new GuestFile(target, mode, 0755, uid, gid, content);
    }
  }
}
