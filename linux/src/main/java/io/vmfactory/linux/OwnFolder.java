package io.vmfactory.linux;

import io.vmfactory.configs.host.Ownership;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.Optional;

/** Folders in which only this process's user or root can write, see {@link Ownership}. */
public final class OwnFolder {
  private OwnFolder() {}

  /**
   * Makes {@code folder} with mode 0700 if it is missing, and looks at it and at every folder above
   * it.
   *
   * @return the folder without links
   * @throws IOException if it cannot be made, or another user could write into it or replace it;
   *     the message names the remedy
   */
  public static Path prepare(Path folder) throws IOException {
    Files.createDirectories(folder, Trees.OWNER_ONLY);
    return Ownership.require(folder);
  }

  /**
   * Looks at one folder only; the caller knows the folders above it.
   *
   * @throws IOException if it is missing, a link, no folder, or another user could write into it;
   *     the message names the remedy
   */
  public static void require(Path folder) throws IOException {
    if (!Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
      throw Files.exists(folder, LinkOption.NOFOLLOW_LINKS)
          ? new NotDirectoryException(folder.toString())
          : new NoSuchFileException(folder.toString());
    }
    Optional<String> why =
        Ownership.objection(folder, number("unix:uid", folder), number("unix:mode", folder));
    if (why.isPresent()) {
      throw new IOException(why.get());
    }
  }

  private static int number(String attribute, Path folder) throws IOException {
    return (Integer) Files.getAttribute(folder, attribute, LinkOption.NOFOLLOW_LINKS);
  }
}
