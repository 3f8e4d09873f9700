package io.vmfactory.bench.engines;

import io.vmfactory.bench.commands.TimedCommand;
import io.vmfactory.configs.Surroundings;
import io.vmfactory.configs.time.Deadline;
import io.vmfactory.configs.time.Uninterrupted;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

/** containerd, with its client ctr. */
final class Containerd implements Engine {
  private static final Duration WAY_OUT = Duration.ofMinutes(2);
  private static final String READY = "containerd successfully booted";
  static final String SHIM = "containerd-shim-vmfactory-v2";
  private static final String RUNC = "io.containerd.runc.v2";

  private final EngineFolder folder;
  private final Process process;

  private Containerd(EngineFolder folder, Process process) {
    this.folder = folder;
    this.process = process;
  }

  /** Starts containerd in an empty folder, which is its own from now on, and imports the image. */
  static Containerd start(
      EngineFolder folder, EngineImage image, EngineSockets sockets, Deadline deadline)
      throws IOException {
    Files.createDirectories(folder.file("fifo"));
    Files.writeString(folder.file("config.toml"), configuration(folder));
    Path shim = Surroundings.ofThisProcess().program(SHIM);
    Files.createDirectories(folder.file("bin"));
    Files.createSymbolicLink(folder.file("bin").resolve(SHIM), shim);
    var unused =
        folder.script(
            "bin/containerd-shim-direct-v2",
            "VMFACTORY_ENGINE_SOCKET=%s exec %s \"$@\"".formatted(sockets.direct(), shim));
    Containerd containerd = new Containerd(folder, process(folder, sockets.leased()));
    try {
      deadline.await(containerd.ready(), "containerd to be ready");
      var unusedImport =
          TimedCommand.run(containerd.ctr("image", "import", image.archive().toString()), deadline);
      return containerd;
    } catch (IOException | RuntimeException e) {
      containerd.close();
      throw e;
    }
  }

  private static String configuration(EngineFolder folder) {
    return """
    version = 2
    root = "%1$s/root"
    state = "%1$s/state"
    disabled_plugins = ["io.containerd.grpc.v1.cri"]
    [grpc]
    address = "%1$s/containerd.sock"
    [plugins."io.containerd.internal.v1.opt"]
    path = "%1$s/opt"
    """
        .formatted(folder.path());
  }

  private static Process process(EngineFolder folder, Path service) throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder("containerd", "--config", folder.file("config.toml").toString());
    builder.environment().put("VMFACTORY_ENGINE_SOCKET", service.toString());
    builder.environment().merge("PATH", "", (path, none) -> folder.file("bin") + ":" + path);
    return builder.redirectErrorStream(true).start();
  }

  /** Reads the log to its end. Completes when containerd serves; fails if it ends before that. */
  private CompletableFuture<Void> ready() {
    CompletableFuture<Void> ready = new CompletableFuture<>();
    Thread reader = new Thread(() -> read(ready), "log of containerd");
    reader.setDaemon(true);
    reader.start();
    return ready;
  }

  private void read(CompletableFuture<Void> ready) {
    StringBuilder log = new StringBuilder();
    try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
      for (String line; (line = lines.readLine()) != null; ) {
        if (line.contains(READY)) {
          ready.complete(null);
        } else if (!ready.isDone()) {
          log.append(line).append('\n');
        }
      }
    } catch (IOException e) {
      log.append(e.getMessage());
    }
    ready.completeExceptionally(new IllegalStateException("containerd did not start:\n" + log));
  }

  private Path socket() {
    return folder.file("containerd.sock");
  }

  private List<String> ctr(String... words) {
    List<String> line = new ArrayList<>(List.of("ctr", "-a", socket().toString()));
    line.addAll(List.of("-n", folder.group()));
    line.addAll(List.of(words));
    return line;
  }

  @Override
  public String name() {
    return "ctr";
  }

  @Override
  public EngineRuntime leased() {
    return new EngineRuntime("vmfactory", List.of("--runtime", "io.containerd.vmfactory.v2"));
  }

  @Override
  public EngineRuntime direct() {
    return new EngineRuntime("direct boot", List.of("--runtime", "io.containerd.direct.v2"));
  }

  @Override
  public List<EngineRuntime> floors() {
    return Stream.of("crun", "runc")
        .map(runc -> new EngineRuntime(runc, List.of("--runtime", RUNC, "--runc-binary", runc)))
        .toList();
  }

  @Override
  public List<String> run(EngineRuntime runtime, String id, List<String> words) {
    return run(runtime, List.of("--rm"), id, words);
  }

  @Override
  public List<String> start(EngineRuntime runtime, String id, List<String> words) {
    return run(runtime, List.of("--detach"), id, words);
  }

  private List<String> run(
      EngineRuntime runtime, List<String> options, String id, List<String> words) {
    List<String> line = ctr("run", "--fifo-dir", folder.file("fifo").toString());
    line.addAll(options);
    line.addAll(runtime.options());
    line.addAll(runtime.annotations());
    line.addAll(List.of(EngineImage.NAME, id));
    line.addAll(words);
    return line;
  }

  /**
   * Returns the command with which containerd starts a shim of the runtime, see containerd's
   * runtime/v2. A shim leaves a process behind.
   *
   * @param program name of the shim
   */
  List<String> shim(String program, String id) throws IOException {
    Path bundle = Files.createDirectories(folder.file("bundles").resolve(id));
    Files.writeString(bundle.resolve("config.json"), "{}");
    List<String> line = new ArrayList<>(List.of("env", "-C", bundle.toString()));
    line.add("TTRPC_ADDRESS=" + socket() + ".ttrpc");
    line.addAll(List.of(program, "-namespace", folder.group(), "-address", socket().toString()));
    line.addAll(List.of("-publish-binary", "containerd", "-id", id, "start"));
    return line;
  }

  /** Returns the processes that run for containers beside their VMs: keepers and stand-ins. */
  List<ProcessHandle> beside() {
    return EngineFolder.naming("-address " + socket() + " ");
  }

  @Override
  public void close() {
    Uninterrupted.run(this::end);
  }

  private void end() {
    Deadline deadline = Deadline.after(WAY_OUT);
    try {
      if (process.isAlive()) {
        for (String id :
            TimedCommand.run(ctr("task", "ls", "-q"), deadline).output().split("\\s+", -1)) {
          if (!id.isEmpty()) {
            var unusedRemoval = TimedCommand.run(ctr("task", "rm", "--force", id), deadline);
          }
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot remove the containers of containerd", e);
    } finally {
      process.destroy();
      deadline.await(process.onExit(), "the end of containerd");
      folder.close();
    }
  }
}
