package io.vmfactory.harness.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import io.vmfactory.api.v1.CreateTemplateRequest;
import io.vmfactory.api.v1.Event;
import io.vmfactory.api.v1.GetStatusResponse;
import io.vmfactory.api.v1.Pool;
import io.vmfactory.client.EventWatch;
import io.vmfactory.client.FactoryClient;
import io.vmfactory.configs.time.Deadline;
import io.vmfactory.harness.Programs;
import io.vmfactory.vmm.KeptFolders;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** A private daemon that tests kill, stop and start again. Checks that it leaves no VM. */
final class SpawnedDaemon implements AutoCloseable {
  private static final Duration END = Duration.ofSeconds(60);

  private final DaemonHome home;
  private final String settings;
  private final boolean template;
  private @Nullable DaemonProcess process;

  /**
   * @param pool lines of the section [pool]
   */
  SpawnedDaemon(String... pool) throws IOException {
    this(List.of(), pool);
  }

  /**
   * @param qemu more lines of the section [hypervisor.qemu]
   */
  SpawnedDaemon(List<String> qemu, String... pool) throws IOException {
    this(List.of(), qemu, pool);
  }

  /**
   * @param daemon more lines of the section [daemon]
   * @param qemu more lines of the section [hypervisor.qemu]
   */
  SpawnedDaemon(List<String> daemon, List<String> qemu, String... pool) throws IOException {
    home =
        DaemonHome.make(
            Programs.vmfactory(),
            """
            %s
            [hypervisor.qemu]
            accelerator = "tcg"
            %s
            [pool]
            %s
            """
                .formatted(
                    String.join("\n", daemon), String.join("\n", qemu), String.join("\n", pool)));
    settings = "spawned daemon " + qemu;
    template = KeptFolders.lend(settings, home.stateDir());
  }

  /**
   * Builds the template of a running daemon, unless the daemon began with one that an earlier test
   * built with the same settings of [hypervisor.qemu].
   */
  void template(FactoryClient client) throws IOException {
    if (!template) {
      client.templates().create(CreateTemplateRequest.getDefaultInstance(), step -> {}, soon());
      KeptFolders.keep(settings, home.stateDir(), "templates", "template.secret");
    }
  }

  static Deadline soon() {
    return Deadline.after(Duration.ofMinutes(2));
  }

  /** Starts the daemon, without waiting for anything. */
  DaemonProcess spawn(String... options) throws IOException {
    process = home.start(options);
    return process;
  }

  /** Starts the daemon and returns when it serves. Returns the time until then. */
  Duration start(String... options) throws IOException {
    long begun = System.nanoTime();
    String ready = soon().await(spawn(options).ready(), "the daemon to be ready");
    assertThat(ready).isEqualTo("vmfactory ready on " + socket());
    return Duration.ofNanos(System.nanoTime() - begun);
  }

  DaemonHome home() {
    return home;
  }

  Path socket() {
    return home.socket();
  }

  String log() {
    return home.log();
  }

  /** Sends SIGKILL. */
  void kill() {
    process.kill();
    soon().await(process.ended(), "the daemon's end");
  }

  /** Sends SIGTERM, unless the daemon was stopped in another way. Returns the exit code. */
  int stop() {
    process.terminate();
    return Deadline.after(END).await(process.ended(), "the daemon's end").exitValue();
  }

  /** Returns the pids of the VMs of all daemons that had this folder. */
  Set<Long> vms() {
    return home.machines();
  }

  /** Waits until every pool has that many idle VMs and nothing is under way in it. */
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

  /** Ends the daemon and checks that no VM is left; otherwise kills the VMs and fails. */
  @Override
  public void close() {
    try {
      if (process != null && process.alive()) {
        stop();
      }
      Set<Long> left = vms();
      left.stream()
          .map(ProcessHandle::of)
          .forEach(vm -> vm.ifPresent(ProcessHandle::destroyForcibly));
      assertThat(left).as("VMs left behind; the daemons said: %s", log()).isEmpty();
      assertThat(home.vms()).isEmptyDirectory();
    } finally {
      home.close();
    }
  }
}
