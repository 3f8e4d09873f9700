package io.vmfactory.cli;

import java.nio.file.Path;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * A directory of the host that a container can read.
 *
 * @param directory the directory on the host
 * @param mountPoint its absolute path in the container
 */
record ReadOnlyVolume(Path directory, String mountPoint) {

  /** Parses {@code HOST-DIR:CONTAINER-DIR}. */
  static final class Converter implements ITypeConverter<ReadOnlyVolume> {
    @Override
    public ReadOnlyVolume convert(String text) {
      int colon = text.lastIndexOf(":/");
      if (colon < 1) {
        throw new TypeConversionException(
            "'"
                + text
                + "' is not a volume: write HOST-DIR:CONTAINER-DIR, CONTAINER-DIR as an absolute"
                + " path");
      }
      return new ReadOnlyVolume(
          Path.of(text.substring(0, colon)).toAbsolutePath(), text.substring(colon + 1));
    }
  }
}
