package io.vmfactory.vmm;

import io.vmfactory.linux.Trees;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Folders that one test filled at high cost, and that later tests get copies of. Most are stores
 * with a template, since making a template boots a guest. A run of all tests names a place that its
 * JVMs share (property {@code vmfactory.kept}), and removes it; otherwise each JVM has its own,
 * which it removes at its end.
 */
public final class KeptFolders {
  private static @Nullable Path own;

  private KeptFolders() {}

  /**
   * Copies the files kept under a name into {@code folder}, which is made if it does not exist.
   *
   * @return whether files are kept under that name
   */
  public static boolean lend(String name, Path folder) throws IOException {
    Path kept = kept(name);
    if (!Files.isDirectory(kept)) {
      return false;
    }
    Files.createDirectories(folder, Trees.OWNER_ONLY);
    copy(List.of(kept + "/."), folder);
    return true;
  }

  /**
   * Keeps copies of some files of a folder under a name, unless files are kept under it already.
   *
   * @param files names of files and folders in {@code folder}
   */
  public static void keep(String name, Path folder, String... files) throws IOException {
    Path kept = kept(name);
    if (Files.exists(kept)) {
      return;
    }
    Path copy = Files.createDirectory(kept.resolveSibling(UUID.randomUUID().toString()));
    List<String> paths = new ArrayList<>();
    for (String file : files) {
      paths.add(folder.resolve(file).toString());
    }
    copy(paths, copy);
    try {
      Files.move(copy, kept, StandardCopyOption.ATOMIC_MOVE);
    } catch (FileSystemException e) {
      Trees.delete(copy);
      if (!Files.isDirectory(kept)) { // otherwise another JVM was faster
        throw e;
      }
    }
  }

  private static Path kept(String name) throws IOException {
    return place()
        .resolve(UUID.nameUUIDFromBytes(name.getBytes(StandardCharsets.UTF_8)).toString());
  }

  private static synchronized Path place() throws IOException {
    String shared = System.getProperty("vmfactory.kept", "");
    if (!shared.isEmpty()) {
      return Files.createDirectories(Path.of(shared), Trees.OWNER_ONLY);
    }
    if (own == null) {
      Path target = Files.createDirectories(Path.of("target"));
      Path made = Files.createTempDirectory(target, "kept").toAbsolutePath();
      Runtime.getRuntime().addShutdownHook(new Thread(() -> delete(made)));
      own = made;
    }
    return own;
  }

  private static void copy(List<String> from, Path to) throws IOException {
    List<String> command = new ArrayList<>(List.of("cp", "-a", "--sparse=always", "--"));
    command.addAll(from);
    command.add(to.toString());
    Process cp = new ProcessBuilder(command).inheritIO().start();
    if (cp.onExit().join().exitValue() != 0) {
      throw new IOException("cannot copy " + from + " to " + to);
    }
  }

  private static void delete(Path place) {
    try {
      Trees.delete(place);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
