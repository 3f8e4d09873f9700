package io.vmfactory.configs;

import io.vmfactory.configs.RuntimeConfig.OnFactoryDown;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Reads the {@code [runtime]} table. Holds the names, defaults and ranges of its keys. */
final class RuntimeReader {
  /**
   * Most bytes of sandbox_dir. The path of a socket must also hold the folder of a sandbox and the
   * name of the VM's socket.
   */
  private static final int MAX_SANDBOX_DIR_BYTES = 74;

  private static final long MIB = 1L << 20;
  private static final long MIN_ROOTFS = 16 * MIB;
  private static final long MAX_BYTES = 1024 * 1024 * MIB;

  private final Section section;
  private final RuntimeConfig defaults;

  RuntimeReader(Section section, DaemonConfig daemon, Surroundings surroundings) {
    this.section = section;
    RuntimeConfig beside = RuntimeConfig.beside(daemon);
    this.defaults =
        beside.withFolders(
            writable(beside.sandboxDir(), surroundings.runDir().resolve("sandboxes")),
            writable(beside.imageDir(), surroundings.stateDir().resolve("images")));
  }

  /** Returns {@code beside} if this user may make it or write there, else {@code own}. */
  private static Path writable(Path beside, Path own) {
    Path existing = beside;
    while (existing.getParent() != null && !Files.exists(existing)) {
      existing = existing.getParent();
    }
    return Files.isDirectory(existing) && Files.isWritable(existing) ? beside : own;
  }

  RuntimeConfig read() {
    return new RuntimeConfig(
        section.flag("enable_template", defaults.enableTemplate()),
        onFactoryDown(),
        section.path("factory_socket", defaults.factorySocket()),
        sandboxDir(),
        section.path("image_dir", defaults.imageDir()),
        section.bytes("image_cache", defaults.imageCacheBytes(), MIB, MAX_BYTES),
        section.bytes("rootfs_size", defaults.rootfsBytes(), MIN_ROOTFS, MAX_BYTES));
  }

  private OnFactoryDown onFactoryDown() {
    String word =
        section.text(
            "on_factory_down",
            defaults.onFactoryDown().word(),
            "direct|fail",
            "\"direct\" or \"fail\"");
    return word.equals(OnFactoryDown.DIRECT.word()) ? OnFactoryDown.DIRECT : OnFactoryDown.FAIL;
  }

  private Path sandboxDir() {
    Path dir = section.path("sandbox_dir", defaults.sandboxDir());
    int length = dir.toString().getBytes(StandardCharsets.UTF_8).length;
    if (length > MAX_SANDBOX_DIR_BYTES) {
      section.problem(
          "runtime.sandbox_dir is too long: %s has %d bytes, must be at most %d"
              .formatted(dir, length, MAX_SANDBOX_DIR_BYTES),
          "sandbox_dir");
    }
    return dir;
  }
}
