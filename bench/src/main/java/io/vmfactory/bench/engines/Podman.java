package io.vmfactory.bench.engines;

import io.vmfactory.bench.commands.TimedCommand;
import io.vmfactory.configs.Surroundings;
import io.vmfactory.configs.time.Deadline;
import io.vmfactory.configs.time.Uninterrupted;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** podman. Each runtime is a program for the shell, which says where the service is. */
final class Podman implements Engine {
  private static final Duration WAY_OUT = Duration.ofMinutes(2);

  /** podman's own limits exceed those of some hosts, where no runtime without VMs can set them. */
  private static final List<String> LIMITS =
      List.of("--ulimit", "nofile=1000:1000", "--ulimit", "nproc=1000:1000");

  private final EngineFolder folder;
  private final EngineRuntime leased;
  private final EngineRuntime direct;
  private final List<EngineRuntime> floors;

  private Podman(EngineFolder folder, EngineSockets sockets) throws IOException {
    this.folder = folder;
    Path program = Surroundings.ofThisProcess().program("vmfactory-oci");
    leased = runtime("vmfactory-oci", "vmfactory", sockets.leased(), program);
    direct = runtime("direct/vmfactory-oci", "direct boot", sockets.direct(), program);
    floors =
        List.of(
            runtime("crun", "crun", sockets.leased(), Path.of("/usr/bin/crun")),
            runtime("runc", "runc", sockets.leased(), Path.of("/usr/sbin/runc")));
  }

  private EngineRuntime runtime(String file, String name, Path service, Path program)
      throws IOException {
    Path script =
        folder.script(
            file, "VMFACTORY_ENGINE_SOCKET=%s exec %s \"$@\"".formatted(service, program));
    return new EngineRuntime(name, List.of("--runtime", script.toString()));
  }

  /** Sets podman up in an empty folder, which is its own from now on, and imports the image. */
  static Podman in(EngineFolder folder, EngineImage image, EngineSockets sockets, Deadline deadline)
      throws IOException {
    Podman podman = new Podman(folder, sockets);
    try {
      Files.writeString(
          folder.file("storage.conf"),
          """
          [storage]
          driver = "overlay"
          runroot = "%1$s/r"
          graphroot = "%1$s/root"
          """
              .formatted(folder.path()));
      // Locks are files of the folder, and conmon has no control group: both would be left behind.
      Files.writeString(
          folder.file("containers.conf"),
          """
          [containers]
          cgroups = "no-conmon"
          [engine]
          lock_type = "file"
          """);
      List<String> line = podman(folder, podman.leased);
      line.addAll(List.of("import", image.layer().toString(), EngineImage.NAME));
      var unusedImport = TimedCommand.run(line, deadline);
      return podman;
    } catch (IOException | RuntimeException e) {
      podman.close();
      throw e;
    }
  }

  private static List<String> podman(EngineFolder folder, EngineRuntime runtime) {
    List<String> line = new ArrayList<>(List.of("env"));
    line.add("CONTAINERS_STORAGE_CONF=" + folder.file("storage.conf"));
    line.add("CONTAINERS_CONF=" + folder.file("containers.conf"));
    line.addAll(List.of("podman", "--root", folder.file("root").toString()));
    line.addAll(List.of("--runroot", folder.file("r").toString()));
    line.addAll(List.of("--tmpdir", folder.file("tmp").toString()));
    line.addAll(List.of("--cgroup-manager", "cgroupfs", "--events-backend", "file"));
    line.addAll(runtime.options());
    return line;
  }

  @Override
  public String name() {
    return "podman";
  }

  @Override
  public EngineRuntime leased() {
    return leased;
  }

  @Override
  public EngineRuntime direct() {
    return direct;
  }

  @Override
  public List<EngineRuntime> floors() {
    return floors;
  }

  @Override
  public List<String> run(EngineRuntime runtime, String id, List<String> words) {
    return run(runtime, "--rm", id, words);
  }

  @Override
  public List<String> start(EngineRuntime runtime, String id, List<String> words) {
    return run(runtime, "--detach", id, words);
  }

  private List<String> run(EngineRuntime runtime, String option, String id, List<String> words) {
    List<String> line = podman(folder, runtime);
    line.addAll(List.of("run", option, "--name", id, "--network", "none"));
    line.addAll(LIMITS);
    line.addAll(runtime.annotations());
    line.addAll(List.of("--cgroup-parent", "/" + folder.group(), EngineImage.NAME));
    line.addAll(words);
    return line;
  }

  @Override
  public void close() {
    Uninterrupted.run(this::end);
  }

  private void end() {
    try {
      List<String> line = podman(folder, leased);
      line.addAll(List.of("rm", "--force", "--all", "--time", "0"));
      var unusedRemoval = TimedCommand.run(line, Deadline.after(WAY_OUT));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot remove the containers of podman", e);
    } finally {
      folder.close();
    }
  }
}
