package io.vmfactory.runtime;

import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import io.vmfactory.client.FactoryException;
import io.vmfactory.client.sandbox.RuntimeSettings;
import io.vmfactory.client.sandbox.SandboxException;
import io.vmfactory.client.sandbox.VmSizes;
import io.vmfactory.configs.ErrorText;
import io.vmfactory.configs.RuntimeConfig;
import io.vmfactory.configs.VmFactoryConfig;
import io.vmfactory.configs.time.Deadline;
import io.vmfactory.configs.time.DeadlineExceededException;
import io.vmfactory.factory.boot.ServeOptions;
import io.vmfactory.factory.boot.StopSignal;
import io.vmfactory.factory.boot.Systemd;
import io.vmfactory.factory.http.ConnectionLimits;
import io.vmfactory.factory.http.Door;
import io.vmfactory.factory.request.RequestException;
import io.vmfactory.images.RootfsImages;
import io.vmfactory.linux.OwnFolder;
import io.vmfactory.linux.PathLock;
import io.vmfactory.linux.Trees;
import io.vmfactory.runtime.bundle.EngineBundles;
import io.vmfactory.runtime.commands.CommandRunner;
import io.vmfactory.runtime.commands.CommandSocket;
import io.vmfactory.runtime.containers.Containers;
import io.vmfactory.runtime.grpc.RuntimeSkin;
import io.vmfactory.runtime.ttrpc.EngineSocket;
import io.vmfactory.runtime.verbs.RuntimeVerbs;
import io.vmfactory.vmm.VmmException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The runtime service as a process: from taking the lock to removing the socket. */
public final class RuntimeDaemon {
  private static final Logger log = LoggerFactory.getLogger(RuntimeDaemon.class);
  private static final Duration GRACE = Duration.ofSeconds(5);
  private static final Duration CLOSING = Duration.ofSeconds(30);

  /** The connections of the service are few: those of commands and of engines. */
  private static final int DESCRIPTORS = 4096;

  private static final int EVENT_LOOPS = 1;

  private RuntimeDaemon() {}

  /** Makes what runs the command lines of clients. */
  public interface Commands {
    /** Returns the runner for a service with this configuration and these containers. */
    CommandRunner of(VmFactoryConfig config, Containers containers);
  }

  /**
   * Serves until SIGTERM or SIGINT. The containers go on without the service. Prints {@code
   * vmfactory ready on <socket>} on stdout when clients can connect. After a signal it does not
   * return, but ends the JVM with the exit code.
   *
   * @param options how it ends; VMs are always kept
   * @return exit code: 0 = stopped cleanly, 1 = could not start (the reason is on stderr) or stop
   */
  public static int run(VmFactoryConfig config, Commands commands, ServeOptions options) {
    StopSignal stop = options.signal();
    int exitCode = 1;
    try {
      exitCode = served(config, commands, stop);
    } finally {
      stop.stopped(exitCode);
    }
    return exitCode;
  }

  private static int served(VmFactoryConfig config, Commands commands, StopSignal stop) {
    try (PathLock lock = lock(config.runtime().serviceDir())) {
      return serve(config, commands, stop);
    } catch (RequestException
        | SandboxException
        | FactoryException
        | VmmException
        | DeadlineExceededException
        | UncheckedIOException e) {
      System.err.println("vmfactory: " + ErrorText.of(e));
      log.debug("the runtime service could not start", e);
      return 1;
    } catch (RuntimeException | Error e) {
      System.err.println("vmfactory: the runtime service failed: " + ErrorText.of(e));
      log.error("the runtime service failed", e);
      return 1;
    }
  }

  private static int serve(VmFactoryConfig config, Commands commands, StopSignal stop) {
    Systemd systemd = Systemd.of(System.getenv());
    Vertx vertx = vertx();
    try (Containers containers = Containers.open(RuntimeSettings.of(config))) {
      RuntimeVerbs verbs =
          new RuntimeVerbs(
              containers,
              new EngineBundles(images(config.runtime()), VmSizes.of(config.qemu()), containers));
      CommandRunner runner = commands.of(config, containers);
      try (CommandSocket typed =
          CommandSocket.start(vertx, config.runtime().commandSocket(), runner)) {
        serve(config, verbs, vertx, stop, systemd);
      }
      return 0;
    } finally {
      Deadline.after(CLOSING).await(vertx.close().toCompletionStage(), "Vert.x to close");
    }
  }

  private static RootfsImages images(RuntimeConfig runtime) {
    return RootfsImages.open(runtime.imageDir(), runtime.imageCacheBytes(), runtime.rootfsBytes());
  }

  private static void serve(
      VmFactoryConfig config, RuntimeVerbs verbs, Vertx vertx, StopSignal stop, Systemd systemd) {
    RuntimeConfig runtime = config.runtime();
    Duration limit = config.daemon().defaultDeadline();
    try (EngineSocket engines = EngineSocket.start(vertx, runtime.engineSocket(), verbs, limit);
        RuntimeSkin skin =
            RuntimeSkin.start(vertx, runtime.serviceSocket(), config.daemon(), verbs);
        WakeSocket wake = WakeSocket.serve()) {
      System.out.println("vmfactory ready on " + runtime.serviceSocket());
      systemd.ready("serving on " + runtime.serviceSocket());
      stop.await();
      systemd.stopping("stopping, containers go on");
      skin.drain(GRACE);
    }
  }

  /** Takes the lock that says which service uses a sandbox_dir. */
  private static PathLock lock(Path folder) {
    Path file = folder.resolve("lock");
    try {
      Files.createDirectories(folder, Trees.OWNER_ONLY);
      OwnFolder.require(folder);
      return PathLock.tryLock(file, Long.toString(ProcessHandle.current().pid()))
          .orElseThrow(
              () ->
                  new RequestException(
                      RequestException.Reason.ALREADY_EXISTS,
                      "a runtime service is running in %s; stop it first"
                          .formatted(folder.getParent())));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot take the lock " + file + ": " + ErrorText.of(e), e);
    }
  }

  private static Vertx vertx() {
    FileSystemOptions noFiles =
        new FileSystemOptions().setFileCachingEnabled(false).setClassPathResolvingEnabled(false);
    return new Door(ConnectionLimits.of(DESCRIPTORS))
        .vertx(
            new VertxOptions()
                .setPreferNativeTransport(true)
                .setEventLoopPoolSize(EVENT_LOOPS)
                .setWorkerPoolSize(1)
                .setFileSystemOptions(noFiles));
  }
}
