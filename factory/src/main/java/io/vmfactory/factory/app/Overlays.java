package io.vmfactory.factory.app;

import io.vmfactory.configs.ErrorText;
import io.vmfactory.linux.OwnFolder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** The folder of copy-on-write files, mode 0700. */
final class Overlays {
  private Overlays() {}

  /**
   * Makes the folder and empties it. A file is there only while it is being opened, so any file
   * that is found was left by a daemon that was killed at that moment.
   */
  static Path sweep(Path folder) {
    try {
      OwnFolder.prepare(folder);
      try (DirectoryStream<Path> leftovers = Files.newDirectoryStream(folder)) {
        for (Path file : leftovers) {
          Files.deleteIfExists(file);
        }
      }
      return folder;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot make or empty " + folder + ": " + ErrorText.of(e), e);
    }
  }
}
