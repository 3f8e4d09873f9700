package io.vmfactory.runtime.folders;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.vmfactory.guest.GuestFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What is in a small folder: few files and links, as in the secrets and config maps of Kubernetes.
 *
 * @param root the folder in the guest
 * @param entries by their path relative to the folder: folders first, then files, then links, which
 *     may lead to them
 */
public record FolderContent(GuestFile root, Map<String, GuestFile> entries) {
  static final int MOST_ENTRIES = 128;
  static final int MOST_BYTES = 1 << 20;

  private static final int TYPE = 0170000;
  private static final int FOLDER = 0040000;
  private static final int FILE = 0100000;
  private static final int LINK = 0120000;
  private static final int PERMISSIONS = 07777;

  public FolderContent {
    entries = new LinkedHashMap<>(entries);
  }

  /**
   * Reads a folder.
   *
   * @return empty if it is not small, or has what is neither file nor folder nor link, or a name
   *     that is not of printable ASCII characters
   */
  public static Optional<FolderContent> read(FolderCopy copy) throws IOException {
    Path folder = Path.of(copy.source()).toRealPath();
    Reader reader = new Reader(folder, copy.target());
    return reader.add(folder)
        ? Optional.of(new FolderContent(entry(folder, copy.target()), reader.sorted()))
        : Optional.empty();
  }

  /** Collects what is in a folder, up to the limits. */
  private static final class Reader {
    private final Path folder;
    private final String target;
    private final Map<String, GuestFile> found = new LinkedHashMap<>();
    private long bytes;

    Reader(Path folder, String target) {
      this.folder = folder;
      this.target = target;
    }

    /** Returns false if the folder cannot be copied. */
    boolean add(Path at) throws IOException {
      for (Path child : sortedNames(at)) {
        String relative = folder.relativize(child).toString();
        int type = mode(child) & TYPE;
        boolean known = type == FOLDER || type == FILE || type == LINK;
        if (!known || found.size() == MOST_ENTRIES || !isPlain(relative) || isLarge(child, type)) {
          return false;
        }
        GuestFile file = entry(child, target + "/" + relative);
        bytes += file.content().length;
        found.put(relative, file);
        if (bytes > MOST_BYTES || (type == FOLDER && !add(child))) {
          return false;
        }
      }
      return true;
    }

    private static boolean isPlain(String name) {
      return name.chars().allMatch(c -> c > ' ' && c < 0x7f);
    }

    private static boolean isLarge(Path file, int type) throws IOException {
      return type == FILE && Files.size(file) > MOST_BYTES;
    }

    Map<String, GuestFile> sorted() {
      Map<String, GuestFile> sorted = new LinkedHashMap<>();
      for (int type : new int[] {FOLDER, FILE, LINK}) {
        found.forEach(
            (name, file) -> {
              if ((file.mode() & TYPE) == type) {
                sorted.put(name, file);
              }
            });
      }
      return sorted;
    }
  }

  private static Set<Path> sortedNames(Path folder) throws IOException {
    Set<Path> names = new TreeSet<>();
    try (DirectoryStream<Path> children = Files.newDirectoryStream(folder)) {
      children.forEach(names::add);
    }
    return names;
  }

  private static int mode(Path file) throws IOException {
    return (Integer) Files.getAttribute(file, "unix:mode", LinkOption.NOFOLLOW_LINKS);
  }

  private static GuestFile entry(Path file, String path) throws IOException {
    int mode = mode(file);
    int uid = (Integer) Files.getAttribute(file, "unix:uid", LinkOption.NOFOLLOW_LINKS);
    int gid = (Integer) Files.getAttribute(file, "unix:gid", LinkOption.NOFOLLOW_LINKS);
    int kept = mode & (TYPE | PERMISSIONS);
    return new GuestFile(path, kept, 0755, uid, gid, content(file, mode & TYPE));
  }

  private static byte[] content(Path file, int type) throws IOException {
    if (type == LINK) {
      return Files.readSymbolicLink(file).toString().getBytes(UTF_8);
    }
    if (type == FOLDER) {
      return new byte[0];
    }
    try (InputStream in = Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS)) {
      return in.readNBytes(MOST_BYTES + 1);
    }
  }

  /** Returns what a guest needs to have this content, in this order. */
  public List<GuestFile> files() {
    return changes(Map.of());
  }

  /** Returns what differs from {@code earlier}, in the order for writing it. */
  List<GuestFile> changes(Map<String, GuestFile> earlier) {
    List<GuestFile> changed = new ArrayList<>();
    if (earlier.isEmpty()) {
      changed.add(root);
    }
    entries.forEach(
        (name, file) -> {
          if (!isSame(file, earlier.get(name))) {
            changed.add(file);
          }
        });
    return changed;
  }

  private static boolean isSame(GuestFile one, @Nullable GuestFile other) {
    return other != null
        && one.mode() == other.mode()
        && one.uid() == other.uid()
        && one.gid() == other.gid()
        && Arrays.equals(one.content(), other.content());
  }

  /** Returns the folders in it, as paths relative to it. */
  List<String> folders() {
    return entries.entrySet().stream()
        .filter(entry -> (entry.getValue().mode() & TYPE) == FOLDER)
        .map(Map.Entry::getKey)
        .toList();
  }

  /** Returns the paths of all that is in it, relative to it. */
  Set<String> names() {
    return entries.keySet();
  }
}
