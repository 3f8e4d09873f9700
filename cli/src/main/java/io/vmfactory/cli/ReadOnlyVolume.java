package io.vmfactory.cli;

import io.vmfactory.configs.host.HostText;
import java.nio.file.Path;
import java.util.function.UnaryOperator;
import picocli.CommandLine.TypeConversionException;

/**
 * A directory of the host that a container can read.
 *
 * @param directory the directory on the host
 * @param mountPoint its absolute path in the container
 */
record ReadOnlyVolume(Path directory, String mountPoint) {

  /**
   * Parses {@code HOST-DIR:CONTAINER-DIR}.
   *
   * @param files makes the name of a file, as typed, one that this process finds
   */
  static ReadOnlyVolume parse(String text, UnaryOperator<String> files) {
    int colon = text.lastIndexOf(":/");
    if (colon < 1) {
      throw new TypeConversionException(
          "'"
              + text
              + "' is not a volume: write HOST-DIR:CONTAINER-DIR, CONTAINER-DIR as an absolute"
              + " path");
    }
    if (HostText.path(text.substring(colon + 1)).normalize().equals(Path.of("/"))) {
      throw new TypeConversionException(
          "'" + text + "' hides the root file system: mount it below /");
    }
    Path directory = HostText.path(files.apply(text.substring(0, colon)));
    return new ReadOnlyVolume(directory.toAbsolutePath(), text.substring(colon + 1));
  }
}
