package io.vmfactory.factory.app;

import io.vmfactory.configs.VmFactoryConfig;
import io.vmfactory.configs.time.Deadline;
import io.vmfactory.configs.time.WallClock;
import io.vmfactory.factory.app.journal.Journal;
import io.vmfactory.factory.app.journal.Processes;
import io.vmfactory.factory.app.journal.Sweep;
import io.vmfactory.factory.observe.Observer;
import io.vmfactory.factory.vm.Nursery;
import io.vmfactory.guest.GuestAgents;
import io.vmfactory.template.Templates;
import io.vmfactory.vmm.Hypervisor;
import io.vmfactory.vmm.VmFolders;
import io.vmfactory.vmm.VmSpec;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * The daemon without its skin: puts the use cases together. To be created once, by whoever holds
 * the lock of {@code run_dir}, before anything else makes VMs there.
 */
public final class FactoryApp implements AutoCloseable {
  private static final Duration CLOSING = Duration.ofSeconds(30);

  private final UseCases useCases;
  private final ExecutorService listeners;

  private FactoryApp(UseCases useCases, ExecutorService listeners) {
    this.useCases = useCases;
    this.listeners = listeners;
  }

  /** The rooms below, as the daemon uses them. */
  public record Rooms(Hypervisor hypervisor, Templates templates, GuestAgents agents) {}

  /**
   * What the host gives.
   *
   * @param proc normally {@code /proc}
   * @param listeners where listeners of events are called
   * @param observer counts what happens
   */
  record Host(
      WallClock clock,
      ScheduledExecutorService scheduler,
      Path proc,
      ExecutorService listeners,
      Observer observer) {}

  /**
   * Clears away what earlier daemons left in {@code run_dir/vm} and is ready to serve. What is
   * passed in stays the caller's to close, after this.
   *
   * @param scheduler ends leases and VMs; two threads or more, so that one slow end holds up none
   */
  public static FactoryApp create(
      VmFactoryConfig config,
      Rooms rooms,
      WallClock clock,
      ScheduledExecutorService scheduler,
      Observer observer) {
    return create(
        config, rooms, new Host(clock, scheduler, Path.of("/proc"), oneThread(), observer));
  }

  static FactoryApp create(VmFactoryConfig config, Rooms rooms, Host host) {
    return new FactoryApp(new Assembly(config, rooms, host).useCases(), host.listeners());
  }

  /** What the daemon can be asked to do. */
  public UseCases useCases() {
    return useCases;
  }

  /** Shuts down, unless that was done, and ends the VMs, unless those were kept. */
  @Override
  public void close() {
    useCases.shutdown().run(false, Deadline.after(CLOSING));
    listeners.shutdown();
  }

  private static ExecutorService oneThread() {
    var pool =
        new ThreadPoolExecutor(
            1,
            1,
            10,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            task -> {
              Thread thread = new Thread(task, "events");
              thread.setDaemon(true);
              return thread;
            });
    pool.allowCoreThreadTimeOut(true);
    return pool;
  }

  /** The parts, each made once. */
  private static final class Assembly {
    private final VmFactoryConfig config;
    private final Rooms rooms;
    private final Host host;
    private final EventBus events;
    private final Failures failures;
    private final VmSpec spec;
    private final Journal journal = new Journal();
    private final InFlight inFlight = new InFlight();
    private final Served served = new Served();
    private final Admission admission;
    private final VmFolders folders;
    private final KnownTemplates templates;
    private final TemplateNames names;
    private final TemplateChooser chooser;
    private final Rules rules;
    private final LeaseBook leases;

    Assembly(VmFactoryConfig config, Rooms rooms, Host host) {
      this.config = config;
      this.rooms = rooms;
      this.host = host;
      events = new EventBus(host.clock(), host.listeners(), host.observer());
      failures = new Failures(host.clock(), events, host.observer());
      spec = SpecFactory.of(config.qemu(), rooms.hypervisor().info());
      admission = new Admission(config.daemon().maxVms());
      folders = new VmFolders(config.daemon().runDir().toAbsolutePath().resolve("vm"));
      templates = new KnownTemplates(rooms.templates());
      names = new TemplateNames(templates);
      chooser = new TemplateChooser(templates, spec);
      rules = new Rules(config, names);
      leases = new LeaseBook(journal, host.clock(), host.scheduler(), events, failures);
    }

    UseCases useCases() {
      new Sweep(journal, new Processes(host.proc()), host.clock())
          .run(folders.root())
          .forEach(leftover -> failures.record("taking over", "", leftover));
      HandOut handOut =
          new HandOut(
              inFlight,
              admission,
              new RouteWalk(sources(), failures),
              new HandOut.Books(served, host.observer()));
      Settler settler = new Settler(rooms.agents(), host.clock());
      return new UseCases(
          new GetVm(rules, handOut, settler, leases),
          new GetBaseVm(rules, handOut, settler, journal, events),
          new RenewLease(rules, leases),
          new ReleaseVm(leases),
          createTemplate(),
          (nothing, deadline) -> templates.list(),
          new DeleteTemplate(names, templates, events),
          getStatus(),
          new Shutdown(inFlight, leases, admission, events),
          events);
    }

    private List<VmSource> sources() {
      HostMemory memory = new HostMemory(host.proc());
      Nursery nursery = new Nursery(folders, journal, host.clock());
      VmSource cold = new ColdSource(spec, rooms.hypervisor(), nursery, memory);
      return config.factory().enableTemplate()
          ? List.of(new TemplateSource(chooser, templates, nursery, memory), cold)
          : List.of(cold);
    }

    private CreateTemplate createTemplate() {
      var admissions =
          new CreateTemplate.Admissions(
              config.factory().enableTemplate(), inFlight, admission, new HostMemory(host.proc()));
      return new CreateTemplate(rules, templates, spec, admissions, events, failures);
    }

    private GetStatus getStatus() {
      return new GetStatus(
          host.clock().now(),
          rooms.hypervisor().info(),
          templates,
          chooser,
          new GetStatus.Books(leases, failures, served),
          new MemoryMeter(host.proc()));
    }
  }
}
