package io.vmfactory.runtime.bundle;

import io.vmfactory.configs.ErrorText;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The layers of a root file system that an engine hands over: an overlay of layers that never
 * change and of those of one container. The former are the same for all containers of an image, and
 * so is the image that is made from them.
 *
 * @param own the layers of the container, the top one first: the folder that it writes to, and that
 *     of its mount points that Docker makes
 * @param image the layers of its image, the top one first
 */
record LayeredRoot(List<Path> own, List<Path> image) {
  private static final Path MOUNTS = Path.of("/proc/self/mountinfo");

  /** Fields of mountinfo, proc(5). */
  private static final int MOUNT_POINT = 4;

  /** How the name of the folder around such a layer of Docker ends. */
  private static final String DOCKERS = "-init";

  /** Returns the layers of {@code root}; empty if it is anything else than such an overlay. */
  static Optional<LayeredRoot> of(Path root) {
    return options(root, mounts()).flatMap(LayeredRoot::split);
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

  /** Divides the layers that the options of an overlay name. */
  static Optional<LayeredRoot> split(List<String> options) {
    List<Path> own = new ArrayList<>();
    value(options, "upperdir=").map(Path::of).ifPresent(own::add);
    List<Path> image = new ArrayList<>(lower(options));
    if (image.size() > 1 && isOfDocker(image.get(0))) {
      own.add(image.remove(0));
    }
    return image.isEmpty() ? Optional.empty() : Optional.of(new LayeredRoot(own, image));
  }

  private static List<Path> lower(List<String> options) {
    return value(options, "lowerdir=")
        .filter(lower -> !lower.contains("\\") && !lower.contains("::"))
        .map(lower -> Stream.of(lower.split(":")).map(Path::of).toList())
        .filter(layers -> layers.stream().allMatch(Path::isAbsolute))
        .orElse(List.of());
  }

  private static boolean isOfDocker(Path layer) {
    try {
      Path around = layer.toRealPath().getParent();
      return around != null && around.toString().endsWith(DOCKERS);
    } catch (IOException e) {
      return false;
    }
  }

  private static Optional<String> value(List<String> options, String name) {
    return options.stream()
        .filter(option -> option.startsWith(name))
        .map(option -> option.substring(name.length()))
        .findFirst();
  }
}
