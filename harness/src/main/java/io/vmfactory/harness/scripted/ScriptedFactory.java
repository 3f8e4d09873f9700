package io.vmfactory.harness.scripted;

import io.vmfactory.configs.ConfigLoader;
import io.vmfactory.configs.Surroundings;
import io.vmfactory.configs.VmFactoryConfig;
import io.vmfactory.configs.time.WallClock;
import io.vmfactory.factory.app.FactoryApp;
import io.vmfactory.factory.app.ThreadPools;
import io.vmfactory.factory.app.Verbs;
import io.vmfactory.factory.observe.Observer;
import io.vmfactory.factory.recovery.ProcProcesses;
import io.vmfactory.factory.stock.Stock;
import io.vmfactory.guest.SpecFactory;
import io.vmfactory.pool.PoolClock;
import io.vmfactory.scripted.ScriptedAgents;
import io.vmfactory.scripted.ScriptedSuspensions;
import io.vmfactory.scripted.ScriptedTemplates;
import io.vmfactory.scripted.vmm.FakeHypervisor;
import io.vmfactory.vmm.Sizing;
import io.vmfactory.vmm.VmProcessTable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ScheduledThreadPoolExecutor;

/**
 * The daemon's domain over scripted rooms, with real threads and real time. Shows what a daemon
 * costs without its VMs. A VM here is its sockets, a folder and its record.
 */
public final class ScriptedFactory implements AutoCloseable {
  final FakeHypervisor hypervisor = new FakeHypervisor();
  final VmFactoryConfig config;
  private final ScheduledThreadPoolExecutor timers = new ScheduledThreadPoolExecutor(4);
  private final FactoryApp app;

  /**
   * Makes a daemon in {@code root}, with one template and {@code warm} warm VMs in stock.
   *
   * @param more lines of [pool]
   */
  public ScriptedFactory(Path root, int warm, String... more) {
    config = config(root, warm, more);
    timers.setRemoveOnCancelPolicy(true);
    Path proc = root.resolve("proc"); // has endless memory and no processes
    memory(proc);
    ScriptedTemplates templates = new ScriptedTemplates(hypervisor);
    ScriptedAgents agents = new ScriptedAgents(hypervisor);
    Sizing boot = SpecFactory.of(config.qemu(), hypervisor.info()).boot();
    templates.store(SpecFactory.of(config.qemu(), hypervisor.info()).withBoot(boot), "");
    Stock.Threads threads =
        new Stock.Threads(
            ThreadPools.of("refill", 2), ThreadPools.of("upkeep", 4), PoolClock.on(timers));
    FactoryApp.Host host =
        new FactoryApp.Host(
            WallClock.system(),
            timers,
            proc,
            new ProcProcesses(new VmProcessTable(proc, config.qemu().isolation())),
            ThreadPools.of("events", 1),
            Observer.NONE,
            threads);
    app =
        FactoryApp.create(
            config,
            new FactoryApp.Rooms(
                hypervisor,
                templates,
                ScriptedTemplates.names(root),
                new ScriptedSuspensions(new ScriptedTemplates(hypervisor)),
                agents),
            host);
  }

  private static VmFactoryConfig config(Path root, int warm, String... more) {
    String toml =
        """
        [daemon]
        state_dir = "%1$s/state"
        run_dir = "%1$s/run"
        default_deadline = "30s"
        workers = 8
        max_vms = 65536

        [hypervisor.qemu]
        kernel = "/k"
        initrd = "/i"

        [factory]
        routes = ["WARM", "SHELL", "TEMPLATE"]

        [pool]
        vm_cache_number = %2$d
        shell_number = 8
        memory_budget = "1024GiB"
        %3$s
        """
            .formatted(root, warm, String.join("\n", more));
    return new ConfigLoader(new Surroundings(Map.of(), true)).parse(toml, "scripted daemon");
  }

  private static void memory(Path proc) {
    try {
      Files.createDirectories(proc);
      Files.writeString(proc.resolve("meminfo"), "MemAvailable: 1073741824 kB\n");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns the daemon's verbs. */
  public Verbs cases() {
    return app.verbs();
  }

  /** Returns the configuration. Its socket is not served yet. */
  public VmFactoryConfig config() {
    return config;
  }

  @Override
  public void close() {
    app.close();
    timers.shutdownNow();
  }
}
