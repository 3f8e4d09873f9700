package io.vmfactory.runtime.bundle;

import io.vmfactory.configs.ErrorText;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Finds the layers of a root file system. An engine's is usually an overlay of layers that never
 * change and an empty folder for the container's own files. The layers are the same for all
 * containers of an image, and so is the image that is made from them.
 */
final class LayeredRoot {
  private static final Path MOUNTS = Path.of("/proc/self/mountinfo");

  /** Fields of mountinfo, proc(5). */
  private static final int MOUNT_POINT = 4;

  private LayeredRoot() {}

  /** Returns the layers of {@code root}, the top one first; empty if it is anything else. */
  static List<Path> layers(Path root) {
    return options(root, mounts()).map(LayeredRoot::lower).orElse(List.of());
  }

  private static List<String> mounts() {
    try {
      return Files.readAllLines(MOUNTS);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + MOUNTS + ": " + ErrorText.of(e), e);
    }
  }

  /** Returns the options of the overlay that is mounted at {@code root}; the last one is on top. */
  static Optional<List<String>> options(Path root, List<String> mounts) {
    return mounts.stream()
        .map(line -> line.split(" ", -1))
        .filter(fields -> fields[MOUNT_POINT].equals(root.toString()))
        .reduce((below, above) -> above)
        .filter(fields -> Arrays.asList(fields).contains("overlay"))
        .map(fields -> List.of(fields[fields.length - 1].split(",", -1)));
  }

  /** Returns the layers, if the container has no files of its own yet. */
  static List<Path> lower(List<String> options) {
    boolean own = value(options, "upperdir=").map(Path::of).filter(it -> !empty(it)).isPresent();
    return value(options, "lowerdir=")
        .filter(lower -> !own && !lower.contains("\\") && !lower.contains("::"))
        .map(lower -> Stream.of(lower.split(":")).map(Path::of).toList())
        .filter(layers -> layers.stream().allMatch(Path::isAbsolute))
        .orElse(List.of());
  }

  private static Optional<String> value(List<String> options, String name) {
    return options.stream()
        .filter(option -> option.startsWith(name))
        .map(option -> option.substring(name.length()))
        .findFirst();
  }

  private static boolean empty(Path folder) {
    try (Stream<Path> files = Files.list(folder)) {
      return files.findAny().isEmpty();
    } catch (IOException e) {
      return false;
    }
  }
}
