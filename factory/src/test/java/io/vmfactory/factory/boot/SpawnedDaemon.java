package io.vmfactory.factory.boot;

import static org.assertj.core.api.Assertions.assertThat;

import io.vmfactory.api.v1.CreateTemplateRequest;
import io.vmfactory.api.v1.Event;
import io.vmfactory.api.v1.GetStatusResponse;
import io.vmfactory.api.v1.Pool;
import io.vmfactory.client.EventWatch;
import io.vmfactory.client.FactoryClient;
import io.vmfactory.configs.time.Deadline;
import io.vmfactory.vmm.KeptFolders;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A daemon in a process of its own over a folder that outlives it, so that it can be killed. */
final class SpawnedDaemon implements AutoCloseable {
  private final Path folder;
  private final String settings;
  private final boolean template;
  private Process process;

  /**
   * @param folder of state_dir, run_dir and log
   * @param pool lines of the section [pool]
   */
  SpawnedDaemon(Path folder, String... pool) throws IOException {
    this(folder, List.of(), pool);
  }

  /**
   * @param qemu more lines of the section [hypervisor.qemu]
   */
  SpawnedDaemon(Path folder, List<String> qemu, String... pool) throws IOException {
    this.folder = folder;
    settings = "spawned daemon " + qemu;
    template = KeptFolders.lend(settings, templates());
    Path guest = Path.of(System.getProperty("vmfactory.top"), "dist/guest");
    Files.writeString(
        folder.resolve("c.toml"),
        """
        [daemon]
        state_dir = "%1$s/state"
        run_dir = "%1$s/run"
        [hypervisor.qemu]
        kernel = "%2$s/vmlinuz"
        initrd = "%2$s/initrd"
        accelerator = "tcg"
        %3$s
        [pool]
        %4$s
        """
            .formatted(folder, guest, String.join("\n", qemu), String.join("\n", pool)));
  }

  private Path templates() {
    return folder.resolve("state/templates");
  }

  /**
   * Builds the template of a daemon that runs, unless it began with the one that an earlier test
   * had built with the same settings of [hypervisor.qemu].
   */
  void template(FactoryClient client) throws IOException {
    if (!template) {
      client.templates().create(CreateTemplateRequest.getDefaultInstance(), step -> {}, soon());
      KeptFolders.keep(settings, templates());
    }
  }

  static Deadline soon() {
    return Deadline.after(Duration.ofSeconds(120));
  }

  /** Starts it, without waiting for anything. */
  void spawn(String... arguments) throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin/java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty(
                    "surefire.test.class.path", System.getProperty("java.class.path")),
                DaemonMain.class.getName(),
                folder.resolve("c.toml").toString()));
    command.addAll(List.of(arguments));
    process =
        new ProcessBuilder(command)
            .redirectError(ProcessBuilder.Redirect.appendTo(folder.resolve("log").toFile()))
            .start();
  }

  /** Starts it and returns when it serves, with the time that took. */
  Duration start(String... arguments) throws IOException {
    long begun = System.nanoTime();
    spawn(arguments);
    String ready =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))
            .readLine();
    assertThat(ready).as("%s", log()).isEqualTo("vmfactory ready on " + socket());
    return Duration.ofNanos(System.nanoTime() - begun);
  }

  Path socket() {
    return folder.resolve("run/factory.sock");
  }

  String log() throws IOException {
    return Files.readString(folder.resolve("log"));
  }

  /** SIGKILL. */
  void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  /** SIGTERM, unless it has been told to stop in another way; returns the exit code. */
  int stop() throws InterruptedException {
    process.destroy();
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).as("the daemon ends").isTrue();
    return process.exitValue();
  }

  /** Pids of the VMs of all daemons that had this folder. */
  Set<Long> vms() {
    try (Stream<ProcessHandle> all = ProcessHandle.allProcesses()) {
      return all.filter(p -> commandLine(p).contains("qemu"))
          .filter(p -> commandLine(p).contains(folder.toString()))
          .map(ProcessHandle::pid)
          .collect(Collectors.toSet());
    }
  }

  private static String commandLine(ProcessHandle process) {
    try {
      return Files.readString(Path.of("/proc/" + process.pid() + "/cmdline"));
    } catch (IOException e) {
      return "";
    }
  }

  /** Waits until every pool has so many idle VMs and nothing is under way in it. */
  GetStatusResponse awaitStock(FactoryClient client, int warm, int shells)
      throws InterruptedException {
    Predicate<Pool> settled =
        pool ->
            pool.getIdle() == (pool.getTier() == Pool.Tier.WARM ? warm : shells)
                && pool.getAllocating() + pool.getDisposing() + pool.getProbing() == 0;
    BlockingQueue<Event> events = new LinkedBlockingQueue<>();
    Deadline deadline = soon();
    try (EventWatch watch = client.daemon().watch(events::add, deadline)) {
      GetStatusResponse status = client.daemon().status(false, deadline);
      while (!status.getPoolsList().stream().allMatch(settled)) {
        assertThat(watch.ended().toCompletableFuture()).isNotDone();
        Event next = events.poll(deadline.remaining().toMillis(), TimeUnit.MILLISECONDS);
        assertThat(next).as("the stock to fill: %s", status.getPoolsList()).isNotNull();
        status = client.daemon().status(false, deadline);
      }
      return status;
    }
  }

  /** Ends it and proves that no VM is left, or kills what is and fails. */
  @Override
  public void close() throws Exception {
    if (process != null && process.isAlive()) {
      stop();
    }
    Set<Long> left = vms();
    left.stream()
        .map(ProcessHandle::of)
        .forEach(vm -> vm.ifPresent(ProcessHandle::destroyForcibly));
    assertThat(left).as("VMs left behind; the daemons said: %s", log()).isEmpty();
    assertThat(folder.resolve("run/vm")).isEmptyDirectory();
  }
}
