package io.vmfactory.configs;

import java.nio.file.Path;

/**
 * The {@code [runtime]} table of the configuration: settings of runtime instances, not of the
 * daemon.
 *
 * @param enableTemplate whether VMs come from the factory; false means every VM is booted directly
 * @param onFactoryDown what a runtime instance does if it cannot reach the factory
 * @param factorySocket socket of the factory; by default {@code run_dir/factory.sock}
 * @param sandboxDir folder that holds one folder per sandbox; by default {@code run_dir/sandboxes}
 * @param imageDir folder of the images made from directories; by default {@code state_dir/images}
 * @param imageCacheBytes bytes of disk space that these images may take
 * @param rootfsBytes size in bytes of the file system in a new image; the image occupies only what
 *     the file system holds
 */
public record RuntimeConfig(
    boolean enableTemplate,
    OnFactoryDown onFactoryDown,
    Path factorySocket,
    Path sandboxDir,
    Path imageDir,
    long imageCacheBytes,
    long rootfsBytes) {
  /** The name of {@link #wakeSocket}. */
  public static final String WAKE_SOCKET = "wake.sock";

  private static final long DEFAULT_IMAGE_CACHE = 8L << 30;
  private static final long DEFAULT_ROOTFS = 4L << 30;

  /** What a runtime instance does if it cannot reach the factory. */
  public enum OnFactoryDown {
    /** It boots a VM itself and says so. */
    DIRECT("direct"),
    /** It fails. */
    FAIL("fail");

    private final String word;

    OnFactoryDown(String word) {
      this.word = word;
    }

    /** Returns the word that the configuration file uses. */
    public String word() {
      return word;
    }
  }

  /**
   * Returns the folder of the runtime service's lock and sockets: {@code .service} in sandbox_dir.
   */
  public Path serviceDir() {
    return sandboxDir.resolve(".service");
  }

  /** Returns the path of the runtime service's socket. */
  public Path serviceSocket() {
    return serviceDir().resolve("runtime.sock");
  }

  /** Returns the path of the runtime service's socket for programs in C. */
  public Path engineSocket() {
    return serviceDir().resolve("engine.sock");
  }

  /**
   * Returns the path of the socket at which systemd listens, to start the runtime service with the
   * first connection. The service closes each connection as soon as it serves.
   */
  public Path wakeSocket() {
    return serviceDir().resolve(WAKE_SOCKET);
  }

  /** Returns the path of the socket for command lines that the runtime service runs. */
  public Path commandSocket() {
    return serviceDir().resolve("command.sock");
  }

  /** Returns this configuration with another factory socket. */
  public RuntimeConfig withFactory(Path socket) {
    return new RuntimeConfig(
        enableTemplate, onFactoryDown, socket, sandboxDir, imageDir, imageCacheBytes, rootfsBytes);
  }

  /** Returns this configuration with other folders. */
  RuntimeConfig withFolders(Path sandboxes, Path images) {
    return new RuntimeConfig(
        enableTemplate,
        onFactoryDown,
        factorySocket,
        sandboxes,
        images,
        imageCacheBytes,
        rootfsBytes);
  }

  /** Returns this configuration without a factory: every VM is booted directly. */
  public RuntimeConfig withoutFactory() {
    return new RuntimeConfig(
        false, onFactoryDown, factorySocket, sandboxDir, imageDir, imageCacheBytes, rootfsBytes);
  }

  /** Returns the defaults of a runtime instance on the same host as {@code daemon}. */
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
