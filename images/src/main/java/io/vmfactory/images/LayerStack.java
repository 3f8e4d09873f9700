package io.vmfactory.images;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.vmfactory.images.ext4.FileType;
import io.vmfactory.linux.FileReader;
import io.vmfactory.linux.FileStatus;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Finds files in the layers of an overlay file system, as the kernel merges them.
 *
 * @param layers the paths of their folders, the top one first
 */
record LayerStack(List<byte[]> layers, FileReader reader) {
  /** The names of overlay's attributes, without {@code trusted.overlay.}. */
  private static final String OPAQUE = "opaque";

  private static final List<String> ELSEWHERE = List.of("redirect", "metacopy");

  private static final List<String> NOTES = List.of("origin", "impure", "uuid");

  private static final List<String> PREFIXES = List.of("trusted.overlay.", "user.overlay.");

  /**
   * A file in a layer.
   *
   * @param whole whether its content is there too, and not in another layer
   */
  record Found(byte[] path, FileStatus status, boolean whole) {}

  /** Returns the file at a relative path, whose bytes are ISO 8859-1 characters. */
  Optional<Found> find(String path) throws IOException {
    List<byte[]> folders = layers;
    Optional<Found> top = Optional.empty();
    for (String name : path.split("/", -1)) {
      if (top.isPresent() && !top.get().status().isDirectory()) {
        return Optional.empty();
      }
      List<Found> found = step(folders, name.getBytes(ISO_8859_1));
      folders = found.stream().map(Found::path).toList();
      top = found.stream().findFirst();
    }
    return top;
  }

  /** Returns the files of that name, from the top down to one that hides all below it. */
  private List<Found> step(List<byte[]> folders, byte[] name) throws IOException {
    List<Found> found = new ArrayList<>();
    for (byte[] folder : folders) {
      byte[] path = join(folder, name);
      Optional<FileStatus> status = status(path);
      if (status.isEmpty()) {
        continue;
      }
      boolean directory = status.get().isDirectory();
      if (isWhiteout(status.get()) || (!directory && !found.isEmpty())) {
        break;
      }
      Map<String, byte[]> attributes = reader.attributes(path);
      boolean whole = ELSEWHERE.stream().noneMatch(it -> has(attributes, it));
      found.add(new Found(path, status.get(), whole));
      if (!directory || has(attributes, OPAQUE)) {
        break;
      }
    }
    return found;
  }

  private Optional<FileStatus> status(byte[] path) throws IOException {
    try {
      return Optional.of(reader.status(path));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  private static boolean isWhiteout(FileStatus status) {
    return FileType.ofMode(status.mode()) == FileType.CHARACTER && status.deviceNumber() == 0;
  }

  private static boolean has(Map<String, byte[]> attributes, String name) {
    return PREFIXES.stream().anyMatch(prefix -> attributes.containsKey(prefix + name));
  }

  /**
   * Returns whether a file's attributes are only overlay's own notes: where a copy came from, that
   * a folder has copies, and, if no layer below has the folder, that it hides what is below.
   */
  static boolean isPlain(Map<String, byte[]> attributes, boolean nothingBelow) {
    return attributes.keySet().stream()
        .allMatch(name -> NOTES.contains(own(name)) || (nothingBelow && own(name).equals(OPAQUE)));
  }

  /** Returns the name without overlay's prefix; empty if it is not overlay's. */
  private static String own(String name) {
    return PREFIXES.stream()
        .filter(name::startsWith)
        .map(prefix -> name.substring(prefix.length()))
        .findFirst()
        .orElse("");
  }

  static byte[] join(byte[] folder, byte[] name) {
    byte[] path = Arrays.copyOf(folder, folder.length + 1 + name.length);
    path[folder.length] = '/';
    System.arraycopy(name, 0, path, folder.length + 1, name.length);
    return path;
  }
}
