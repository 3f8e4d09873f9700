package io.vmfactory.cli;

import java.nio.file.Path;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * A directory of the host, to be seen in a container.
 *
 * @param directory on the host
 * @param mountPoint absolute path in the container
 */
record ReadOnlyVolume(Path directory, String mountPoint) {

  /** Reads {@code HOST:GUEST}. */
  static final class Converter implements ITypeConverter<ReadOnlyVolume> {
    @Override
    public ReadOnlyVolume convert(String text) {
      int colon = text.lastIndexOf(":/");
      if (colon < 1) {
        throw new TypeConversionException(
            "'" + text + "' is no volume: write HOST:GUEST, GUEST as an absolute path");
      }
      return new ReadOnlyVolume(
          Path.of(text.substring(0, colon)).toAbsolutePath(), text.substring(colon + 1));
    }
  }
}
