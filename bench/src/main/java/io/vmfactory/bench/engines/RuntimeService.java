package io.vmfactory.bench.engines;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.configs.time.Uninterrupted;
import io.vmfactory.harness.daemon.DaemonProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** A runtime service that ends with this process. Closing stops it; its containers go on. */
public final class RuntimeService implements AutoCloseable {
  private static final Duration WAY_OUT = Duration.ofSeconds(60);

  private final DaemonProcess process;
  private final Path sandboxes;

  private RuntimeService(DaemonProcess process, Path sandboxes) {
    this.process = process;
    this.sandboxes = sandboxes;
  }

  /**
   * Starts a service; it serves when this returns.
   *
   * @param launcher command that starts {@code vmfactory}
   * @param configuration file in which {@code sandbox_dir} is {@code sandboxes}
   */
  public static RuntimeService start(
      List<String> launcher, Path configuration, Path sandboxes, Deadline deadline)
      throws IOException {
    Path log = Path.of(configuration + ".service.log");
    List<String> line = new ArrayList<>(launcher);
    line.addAll(List.of("runtime", "serve", "--config", configuration.toString()));
    line.addAll(List.of("--end-with", Long.toString(ProcessHandle.current().pid())));
    Process process =
        new ProcessBuilder(line)
            .redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()))
            .start();
    RuntimeService service =
        new RuntimeService(new DaemonProcess(process, () -> text(log)), sandboxes);
    try {
      deadline.await(service.process.ready(), "the runtime service to be ready");
      return service;
    } catch (RuntimeException e) {
      service.close();
      throw e;
    }
  }

  private static String text(Path log) {
    try {
      return Files.readString(log);
    } catch (IOException e) {
      return "(no log: " + e.getMessage() + ")";
    }
  }

  /** Returns its process. */
  public DaemonProcess process() {
    return process;
  }

  /** Returns the socket for container engines. */
  public Path socket() {
    return sandboxes.resolve(".service/engine.sock");
  }

  @Override
  public void close() {
    Uninterrupted.run(
        () -> {
          process.terminate();
          Deadline.after(WAY_OUT).await(process.ended(), "the end of the runtime service");
        });
  }
}
