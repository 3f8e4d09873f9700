package io.vmfactory.configs;

import java.nio.file.Path;

/**
 * {@code [runtime]}: for runtime instances, not for the daemon.
 *
 * @param enableTemplate whether VMs come from the factory; false = every VM is booted directly
 * @param onFactoryDown what is done when no factory is there
 * @param factorySocket where the factory is; default {@code run_dir/factory.sock}
 * @param sandboxDir a folder for each sandbox; default {@code run_dir/sandboxes}
 * @param imageDir images made of directories; default {@code state_dir/images}
 * @param imageCacheBytes disk space those may take
 * @param rootfsBytes size of the file system in a new image; it occupies only what is in it
 */
public record RuntimeConfig(
    boolean enableTemplate,
    OnFactoryDown onFactoryDown,
    Path factorySocket,
    Path sandboxDir,
    Path imageDir,
    long imageCacheBytes,
    long rootfsBytes) {
  private static final long DEFAULT_IMAGE_CACHE = 8L << 30;
  private static final long DEFAULT_ROOTFS = 4L << 30;

  /** What a runtime instance does when no factory is there. */
  public enum OnFactoryDown {
    /** It boots a VM of its own, and says so. */
    DIRECT("direct"),
    /** It fails. */
    FAIL("fail");

    private final String word;

    OnFactoryDown(String word) {
      this.word = word;
    }

    /** As the configuration writes it. */
    public String word() {
      return word;
    }
  }

  /** This with another factory. */
  public RuntimeConfig withFactory(Path socket) {
    return new RuntimeConfig(
        enableTemplate, onFactoryDown, socket, sandboxDir, imageDir, imageCacheBytes, rootfsBytes);
  }

  /** This without a factory: every VM is booted directly. */
  public RuntimeConfig withoutFactory() {
    return new RuntimeConfig(
        false, onFactoryDown, factorySocket, sandboxDir, imageDir, imageCacheBytes, rootfsBytes);
  }

  /** The defaults of a runtime instance beside {@code daemon}. */
  public static RuntimeConfig beside(DaemonConfig daemon) {
    return new RuntimeConfig(
        true,
        OnFactoryDown.FAIL,
        daemon.socket(),
        daemon.runDir().resolve("sandboxes"),
        daemon.stateDir().resolve("images"),
        DEFAULT_IMAGE_CACHE,
        DEFAULT_ROOTFS);
  }
}
