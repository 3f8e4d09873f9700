package io.vmfactory.images;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.vmfactory.images.LayerStack.Found;
import io.vmfactory.images.ext4.FileType;
import io.vmfactory.linux.FileReader;
import io.vmfactory.linux.FileStatus;
import io.vmfactory.linux.RawPath;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What an engine has put into the layers of one container, above those of its image: few and small
 * files, which are written into the guest, so that all containers of the image share one image.
 *
 * @param files the files, each after its folder
 * @param below for each path that the container's layers have, relative and with the bytes as ISO
 *     8859-1 characters: the file that the image has there; empty if it has none
 */
public record ContainerFiles(List<ContainerFile> files, Map<String, Optional<byte[]>> below) {
  /** No files. */
  public static final ContainerFiles NONE = new ContainerFiles(List.of(), Map.of());

  private static final int MOST_FILES = 64;
  private static final int MOST_BYTES = 64 << 10;
  private static final int EXECUTABLE = 0111;
  private static final int DELETE = 0x7f;
  private static final String PROC = "/proc/";

  /**
   * A file, folder or link.
   *
   * @param path absolute, in the container
   * @param mode the bits of its type and its permissions, as in stat(2)
   * @param content the content of a file, the target of a link
   */
  public record ContainerFile(String path, int mode, long user, long group, byte[] content) {}

  private record Entry(byte[] path, FileStatus status) {}

  public ContainerFiles {
    files = List.copyOf(files);
    below = Map.copyOf(below);
  }

  /**
   * Reads the files. Empty if they must be in the image: if they are many or large, if they hide or
   * replace more than a file, or if a program or a library could be among them, because those are
   * looked for before the files are written.
   *
   * @param own the container's layers, the top one first
   * @param image the layers of its image, the top one first
   */
  public static Optional<ContainerFiles> read(List<Path> own, List<Path> image) {
    try (FileReader reader = new FileReader()) {
      Reading reading = new Reading(reader, new TreeMap<>());
      for (int i = own.size() - 1; i >= 0; i--) {
        List<Path> under = new ArrayList<>(own.subList(i + 1, own.size()));
        under.addAll(image);
        if (!reading.add(real(own.get(i)), "", stack(under, reader))) {
          return Optional.empty();
        }
      }
      return Optional.of(reading.result(stack(image, reader)));
    } catch (IOException e) {
      throw ImageCache.failure(e);
    }
  }

  private static LayerStack stack(List<Path> layers, FileReader reader) throws IOException {
    List<byte[]> folders = new ArrayList<>();
    for (Path layer : layers) {
      folders.add(real(layer));
    }
    return new LayerStack(folders, reader);
  }

  private static byte[] real(Path folder) throws IOException {
    return RawPath.bytes(folder.toRealPath());
  }

  /** Collects the files of one container. */
  private record Reading(FileReader reader, SortedMap<String, Entry> entries) {
    /** Adds the files of a folder. Returns false if one of them must be in the image. */
    boolean add(byte[] folder, String at, LayerStack under) throws IOException {
      for (byte[] bytes : reader.names(folder)) {
        String path = at + new String(bytes, ISO_8859_1);
        byte[] file = LayerStack.join(folder, bytes);
        Entry entry = new Entry(file, reader.status(file));
        entries.put(path, entry);
        if (entries.size() > MOST_FILES || !mayBeWritten(path, entry, under)) {
          return false;
        }
        if (entry.status().isDirectory() && !add(file, path + "/", under)) {
          return false;
        }
      }
      return true;
    }

    private boolean mayBeWritten(String path, Entry entry, LayerStack under) throws IOException {
      FileStatus status = entry.status();
      Optional<Found> hidden = under.find(path);
      boolean alike = hidden.map(it -> it.whole() && sameKind(it.status(), status)).orElse(true);
      return alike
          && path.chars().allMatch(c -> c > ' ' && c < DELETE)
          && LayerStack.isPlain(reader.attributes(entry.path()), hidden.isEmpty())
          && isData(entry);
    }

    private static boolean sameKind(FileStatus one, FileStatus other) {
      return one.isDirectory() == other.isDirectory();
    }

    /** Returns whether no program and no library can be found by this file. */
    private boolean isData(Entry entry) throws IOException {
      FileStatus status = entry.status();
      return switch (FileType.ofMode(status.mode())) {
        case DIRECTORY -> true;
        case FILE ->
            status.size() == 0
                || (status.size() <= MOST_BYTES && (status.mode() & EXECUTABLE) == 0);
        case LINK -> target(entry).startsWith(PROC);
        default -> false;
      };
    }

    private String target(Entry link) throws IOException {
      return new String(reader.linkTarget(link.path()), ISO_8859_1);
    }

    ContainerFiles result(LayerStack image) throws IOException {
      List<ContainerFile> files = new ArrayList<>();
      Map<String, Optional<byte[]>> below = new HashMap<>();
      for (Map.Entry<String, Entry> each : entries.entrySet()) {
        Optional<Found> hidden = image.find(each.getKey());
        below.put(each.getKey(), hidden.map(Found::path));
        if (hidden.filter(it -> isSameFolder(it.status(), each.getValue().status())).isEmpty()) {
          files.add(file("/" + each.getKey(), each.getValue()));
        }
      }
      return new ContainerFiles(files, below);
    }

    private static boolean isSameFolder(FileStatus one, FileStatus other) {
      return one.isDirectory()
          && one.mode() == other.mode()
          && one.user() == other.user()
          && one.group() == other.group();
    }

    private ContainerFile file(String path, Entry entry) throws IOException {
      FileStatus status = entry.status();
      return new ContainerFile(path, status.mode(), status.user(), status.group(), content(entry));
    }

    private byte[] content(Entry entry) throws IOException {
      return switch (FileType.ofMode(entry.status().mode())) {
        case LINK -> reader.linkTarget(entry.path());
        case FILE -> bytes(entry);
        default -> new byte[0];
      };
    }

    private byte[] bytes(Entry entry) throws IOException {
      byte[] bytes = new byte[(int) entry.status().size()];
      try (FileReader.OpenFile file = reader.open(entry.path())) {
        file.read(0, bytes, bytes.length);
      }
      return bytes;
    }
  }
}
