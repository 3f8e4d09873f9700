package io.vmfactory.vmm;

import io.vmfactory.linux.Trees;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Folders that one test filled at high cost, and that later tests of this JVM get copies of. Most
 * are stores with a template, since making a template boots a guest. They are removed with the JVM.
 */
public final class KeptFolders {
  private static final Map<String, Path> KEPT = new ConcurrentHashMap<>();

  private KeptFolders() {}

  /**
   * Makes {@code folder}, which must not exist, a copy of the folder kept under a name.
   *
   * @return whether a folder is kept under that name
   */
  public static boolean lend(String name, Path folder) throws IOException {
    Path kept = KEPT.get(name);
    if (kept == null) {
      return false;
    }
    Files.createDirectories(folder.getParent(), Trees.OWNER_ONLY);
    copy(kept, folder);
    return true;
  }

  /** Keeps a copy of {@code folder} under a name, unless one is kept already. */
  public static void keep(String name, Path folder) throws IOException {
    if (KEPT.containsKey(name)) {
      return;
    }
    Path place =
        Files.createTempDirectory(Files.createDirectories(Path.of("target")), "kept")
            .toAbsolutePath();
    Runtime.getRuntime().addShutdownHook(new Thread(() -> delete(place)));
    copy(folder, place.resolve("folder"));
    KEPT.put(name, place.resolve("folder"));
  }

  private static void copy(Path from, Path to) throws IOException {
    Process cp =
        new ProcessBuilder("cp", "-a", "--sparse=always", from.toString(), to.toString())
            .inheritIO()
            .start();
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
