package io.vmfactory.bench.engines;

import io.vmfactory.configs.Surroundings;
import io.vmfactory.configs.time.Deadline;
import io.vmfactory.harness.daemon.DaemonHome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/**
 * The engines of a case, and the two runtime services behind them: one takes VMs from a daemon, the
 * other boots each VM itself. Closing removes all containers.
 */
public final class Engines implements AutoCloseable {
  /** Our shim, see {@link #shim}. */
  public static final String SHIM =
      Surroundings.ofThisProcess().program(Containerd.SHIM).toString();

  /** containerd's shim for containers without VMs. */
  public static final String RUNC_SHIM = "containerd-shim-runc-v2";

  private final Deque<Runnable> ends = new ArrayDeque<>();
  private final EngineFolder folder;
  private final RuntimeService service;
  private final Containerd containerd;
  private final Podman podman;

  /**
   * Starts everything.
   *
   * @param launcher command that starts {@code vmfactory}
   * @param home of the daemon that the VMs come from
   * @param tree root file system of the image
   */
  public Engines(List<String> launcher, DaemonHome home, Path tree, Deadline deadline)
      throws IOException {
    try {
      // Short names: podman's run folder may have 50 characters, containerd's sockets 106.
      folder = new EngineFolder(home.folder().resolve("e"));
      ends.push(folder::close);
      Path sandboxes = home.runDir().resolve("sandboxes");
      service = RuntimeService.start(launcher, home.configuration(), sandboxes, deadline);
      ends.push(service::close);
      RuntimeService direct = direct(launcher, home, deadline);
      ends.push(direct::close);
      EngineSockets sockets = new EngineSockets(service.socket(), direct.socket());
      EngineImage image = EngineImage.of(tree, folder.path(), deadline);
      containerd = Containerd.start(new EngineFolder(folder.file("c")), image, sockets, deadline);
      ends.push(containerd::close);
      podman = Podman.in(new EngineFolder(folder.file("p")), image, sockets, deadline);
      ends.push(podman::close);
    } catch (IOException | RuntimeException e) {
      close();
      throw e;
    }
  }

  private RuntimeService direct(List<String> launcher, DaemonHome home, Deadline deadline)
      throws IOException {
    Path configuration = folder.file("direct.toml");
    Path sandboxes = folder.file("direct");
    Files.writeString(
        configuration,
        Files.readString(home.configuration())
            + "\n[runtime]\nenable_template = false\nsandbox_dir = \"%s\"\n".formatted(sandboxes));
    return RuntimeService.start(launcher, configuration, sandboxes, deadline);
  }

  /** Returns the engines. */
  public List<Engine> all() {
    return List.of(containerd, podman);
  }

  /** Returns containerd with ctr. */
  public Engine containerd() {
    return containerd;
  }

  /** Returns the service that takes VMs from the daemon. */
  public RuntimeService service() {
    return service;
  }

  /**
   * Returns the processes that run beside the VMs of containerd's containers: keepers and
   * stand-ins.
   */
  public List<Long> processesBeside() {
    return containerd.beside().stream().map(ProcessHandle::pid).toList();
  }

  /**
   * Returns the command with which containerd starts a shim. What it leaves behind, {@link
   * #endShim} ends.
   *
   * @param program name of the shim
   */
  public List<String> shim(String program, String id) throws IOException {
    return containerd.shim(program, id);
  }

  /** Ends the process that a shim has left behind. */
  public void endShim(String id) {
    EngineFolder.end("-id " + id + " start");
  }

  /** Ends everything, the last first. A failure does not keep the others. */
  @Override
  public void close() {
    RuntimeException failure = null;
    while (!ends.isEmpty()) {
      try {
        ends.pop().run();
      } catch (RuntimeException e) {
        if (failure == null) {
          failure = e;
        } else {
          failure.addSuppressed(e);
        }
      }
    }
    if (failure != null) {
      throw failure;
    }
  }
}
