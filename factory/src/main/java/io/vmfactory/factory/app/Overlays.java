package io.vmfactory.factory.app;

import io.vmfactory.linux.Trees;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** The folder of copy-on-write files: {@code state_dir/overlays}, mode 0700. */
final class Overlays {
  private Overlays() {}

  /**
   * Makes it and removes what is in it: files are there only while they are being opened, so those
   * that are found were left by a daemon that was killed just then.
   */
  static Path sweep(Path stateDir) {
    Path folder = stateDir.toAbsolutePath().resolve("overlays");
    try {
      Files.createDirectories(folder, Trees.OWNER_ONLY);
      try (DirectoryStream<Path> leftovers = Files.newDirectoryStream(folder)) {
        for (Path file : leftovers) {
          Files.deleteIfExists(file);
        }
      }
      return folder;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot make or empty " + folder, e);
    }
  }
}
