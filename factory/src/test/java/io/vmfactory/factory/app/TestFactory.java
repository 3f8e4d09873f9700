package io.vmfactory.factory.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.vmfactory.configs.ConfigLoader;
import io.vmfactory.configs.DaemonConfig;
import io.vmfactory.configs.FactoryConfig;
import io.vmfactory.configs.LeaseConfig;
import io.vmfactory.configs.MetricsConfig;
import io.vmfactory.configs.PoolConfig;
import io.vmfactory.configs.QemuConfig;
import io.vmfactory.configs.RuntimeConfig;
import io.vmfactory.configs.Surroundings;
import io.vmfactory.configs.VmFactoryConfig;
import io.vmfactory.configs.time.Deadline;
import io.vmfactory.configs.time.WallClock;
import io.vmfactory.factory.events.Events;
import io.vmfactory.factory.journal.Journal;
import io.vmfactory.factory.journal.VmRecord;
import io.vmfactory.factory.observe.Observer.Tier;
import io.vmfactory.factory.recovery.VmProcesses;
import io.vmfactory.factory.request.GrantedVm;
import io.vmfactory.factory.request.Peer;
import io.vmfactory.factory.request.Route;
import io.vmfactory.factory.request.VmRequest;
import io.vmfactory.factory.routes.Customers;
import io.vmfactory.factory.stock.PoolView;
import io.vmfactory.factory.stock.Stock;
import io.vmfactory.guest.GuestAgents;
import io.vmfactory.guest.SpecFactory;
import io.vmfactory.scripted.ScriptedAgents;
import io.vmfactory.scripted.ScriptedSuspensions;
import io.vmfactory.scripted.ScriptedTemplates;
import io.vmfactory.scripted.vmm.FakeHypervisor;
import io.vmfactory.scripted.vmm.FakeVm;
import io.vmfactory.template.Names;
import io.vmfactory.template.Suspensions;
import io.vmfactory.template.TemplateInfo;
import io.vmfactory.template.Templates;
import io.vmfactory.vmm.Hypervisor;
import io.vmfactory.vmm.HypervisorInfo;
import io.vmfactory.vmm.Launch;
import io.vmfactory.vmm.Sizing;
import io.vmfactory.vmm.Survivor;
import io.vmfactory.vmm.Vm;
import io.vmfactory.vmm.VmPhase;
import io.vmfactory.vmm.VmSpec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** The daemon's domain over scripted rooms, with time that is stepped. */
public final class TestFactory implements AutoCloseable {
  public static final Duration TTL = Duration.ofSeconds(60);

  final FakeHypervisor hypervisor;
  public final ScriptedTemplates templates;
  final ScriptedSuspensions suspensions;
  final ScriptedAgents agents;
  final SteppedScheduler scheduler;
  final Observed observed = new Observed();
  final List<Events.Event> events = new CopyOnWriteArrayList<>();
  final Path root;
  final VmFactoryConfig config;
  final FactoryApp app;
  public final Verbs cases;

  /** Runs the stock's work on the thread that caused it, unless the test makes it slow. */
  ExecutorService making;

  ExecutorService upkeep;
  volatile Consumer<FakeVm> guest = FakeVm::openAgentPort;
  private volatile Instant now;

  /** What stays as it is when a daemon ends. */
  record World(
      Path root,
      VmFactoryConfig config,
      FakeHypervisor hypervisor,
      ScriptedTemplates templates,
      ScriptedSuspensions suspensions,
      ScriptedAgents agents,
      Instant now) {
    static World fresh(Path root, VmFactoryConfig config) {
      FakeHypervisor hypervisor = new FakeHypervisor();
      return new World(
          root,
          config,
          hypervisor,
          new ScriptedTemplates(hypervisor),
          new ScriptedSuspensions(new ScriptedTemplates(hypervisor)),
          new ScriptedAgents(hypervisor),
          Instant.parse("2026-01-01T00:00:00Z"));
    }

    World later(Duration span) {
      return new World(root, config, hypervisor, templates, suspensions, agents, now.plus(span));
    }

    World with(VmFactoryConfig other) {
      return new World(root, other, hypervisor, templates, suspensions, agents, now);
    }

    /** Starts the next daemon. */
    TestFactory daemon() {
      return new TestFactory(this, next -> {}, Steps.uncounted());
    }
  }

  public TestFactory(Path root) {
    this(root, 16);
  }

  public TestFactory(Path root, int maxVms) {
    this(root, config(root, maxVms), maker -> {});
  }

  /** Makes a factory, after {@code beforehand} was done to it and before the daemon starts. */
  public TestFactory(Path root, VmFactoryConfig config, Consumer<TestFactory> beforehand) {
    this(World.fresh(root, config), beforehand, Steps.uncounted());
  }

  /** Makes a factory over rooms whose every step goes through {@code steps}. */
  public TestFactory(World world, Consumer<TestFactory> beforehand, Steps steps) {
    root = world.root();
    config = world.config();
    hypervisor = world.hypervisor();
    templates = world.templates();
    suspensions = world.suspensions();
    agents = world.agents();
    now = world.now();
    scheduler = new SteppedScheduler(steps::isDead);
    making = scheduler;
    upkeep = scheduler;
    available(1 << 20);
    beforehand.accept(this);
    Stock.Threads threads = new Stock.Threads(making, upkeep, scheduler.poolClock());
    app =
        FactoryApp.create(
            config,
            new FactoryApp.Rooms(
                steps.through(Hypervisor.class, new Booting()),
                steps.through(
                    Templates.class, templates.over(steps.through(Hypervisor.class, hypervisor))),
                steps.through(Names.class, ScriptedTemplates.names(root)),
                steps.through(
                    Suspensions.class,
                    suspensions.over(steps.through(Hypervisor.class, hypervisor))),
                steps.through(GuestAgents.class, agents)),
            new FactoryApp.Host(
                steps.through(WallClock.class, () -> now),
                scheduler,
                root.resolve("proc"),
                steps.through(VmProcesses.class, new FakeProcesses(hypervisor)),
                scheduler,
                observed,
                threads));
    cases = app.verbs();
    cases.control().events().subscribe(event -> true, events::add);
  }

  /**
   * Makes a factory with a template of the configured spec, and a stock as these lines of [pool]
   * say.
   */
  static TestFactory stocked(Path root, String... lines) {
    return new TestFactory(root, stockedConfig(root, lines), f -> f.template(1, 256));
  }

  static VmFactoryConfig stockedConfig(Path root, String... lines) {
    return config(root, 16, List.of("WARM", "SHELL", "TEMPLATE", "COLD"), pool(lines));
  }

  /** Kills the daemon: it does nothing more. The next daemon gets what it leaves. */
  World kill() {
    scheduler.kill();
    agents.connected().clear();
    return new World(root, config, hypervisor, templates, suspensions, agents, now);
  }

  /** Kills the daemon and starts another after {@code away}. */
  TestFactory successor(Duration away) {
    return kill().later(away).daemon();
  }

  /** Returns {@code config} with another {@code factory.answer_limit}. */
  static VmFactoryConfig answering(VmFactoryConfig config, Duration answerLimit) {
    FactoryConfig factory = config.factory();
    return new VmFactoryConfig(
        config.daemon(),
        config.qemu(),
        new FactoryConfig(
            factory.enableTemplate(),
            factory.templatePath(),
            factory.templateCacheBytes(),
            factory.routes(),
            answerLimit),
        config.leases(),
        config.pool(),
        config.metrics(),
        config.runtime());
  }

  public static VmFactoryConfig config(Path root, int maxVms) {
    return config(root, maxVms, List.of("TEMPLATE", "COLD"), noPool());
  }

  public static VmFactoryConfig config(
      Path root, int maxVms, List<String> routes, PoolConfig pool) {
    DaemonConfig daemon =
        new DaemonConfig(
            root.resolve("state"), root.resolve("run"), "", Duration.ofSeconds(30), 8, maxVms);
    return new VmFactoryConfig(
        daemon,
        new QemuConfig(
            null,
            Path.of("/k"),
            Path.of("/i"),
            new QemuConfig.Size(1, 256),
            new QemuConfig.Size(4, 1024),
            4,
            new QemuConfig.Machine("q35", "", ""),
            "auto",
            List.of("extra=1"),
            new QemuConfig.Devices(2, 1, 1, 1, 64L << 30),
            QemuConfig.Isolation.none(),
            QemuConfig.DriveLimits.NONE),
        new FactoryConfig(true, root.resolve("t"), 1 << 30, routes, Duration.ofSeconds(5)),
        new LeaseConfig(
            TTL,
            Duration.ofHours(1),
            new LeaseConfig.Suspended(Duration.ofHours(2), Duration.ofHours(9))),
        pool,
        new MetricsConfig(0),
        RuntimeConfig.beside(daemon));
  }

  /** Returns a pool that keeps nothing ready, so that every request makes its VM itself. */
  static PoolConfig noPool() {
    return pool("vm_cache_number = 0", "shell_number = 0");
  }

  /** Returns the defaults, except for these lines. */
  static PoolConfig pool(String... lines) {
    return new ConfigLoader(new Surroundings(Map.of(), true))
        .parse("[pool]\n" + String.join("\n", lines), "a test's pool")
        .pool();
  }

  /** Sets what the host's MemAvailable says. */
  void available(int mib) {
    try {
      Files.createDirectories(root.resolve("proc"));
      String text = "MemTotal:    9 kB\nMemAvailable:   %d kB\n".formatted(mib * 1024L);
      Files.writeString(root.resolve("proc/meminfo"), text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  VmSpec spec() {
    return SpecFactory.of(config.qemu(), hypervisor.info());
  }

  /** Puts a usable template of the configured spec at that size into the store. */
  public TemplateInfo template(int vcpus, int memoryMib) {
    return templates.store(spec().withBoot(new Sizing(vcpus, memoryMib)), "");
  }

  static Deadline soon() {
    return Deadline.after(Duration.ofSeconds(20));
  }

  static VmRequest any() {
    return on();
  }

  static VmRequest on(Route... routes) {
    return new VmRequest("", null, null, null, List.of(routes), "", "");
  }

  static VmRequest sized(int vcpus, int memoryMib, Route... routes) {
    return new VmRequest("", vcpus, memoryMib, null, List.of(routes), "", "");
  }

  public GrantedVm get(VmRequest request) {
    return cases.vms().get(Peer.daemon(), request, soon());
  }

  /** Does the same as {@link #get}, and replaces what was taken from the stock. */
  GrantedVm getAndRefill(VmRequest request) {
    try {
      return get(request);
    } finally {
      lingered();
    }
  }

  /** Lets the time pass in which refill still pauses for customers that have gone. */
  void lingered() {
    scheduler.step(Customers.LINGER);
  }

  /** Returns the pool of that tier. There must be one template. */
  PoolView pool(Tier tier) {
    List<PoolView> pools = status().pools();
    assertThat(pools).hasSize(2);
    return pools.get(tier == Tier.WARM ? 0 : 1);
  }

  /** Returns the VMs in stock, oldest first. */
  List<FakeVm> idle(VmPhase phase) {
    return hypervisor.vms().stream().filter(vm -> vm.phase() == phase).toList();
  }

  VmRecord record(FakeVm vm) {
    return new Journal().read(vm.launch().folder()).orElseThrow();
  }

  Status status() {
    return cases.control().status(Peer.daemon(), Control.Detail.PLAIN);
  }

  /** Lets time pass, for the wall clock and for timers. */
  void pass(Duration span) {
    now = now.plus(span);
    scheduler.step(span);
  }

  Instant now() {
    return now;
  }

  /** Returns the kinds of the events so far, after all have arrived. */
  List<Events.Kind> kinds() {
    return events.stream().map(Events.Event::kind).toList();
  }

  /** Checks that there is no VM, no folder, no connection, no lease and no timer. */
  void assertNothingLeft() {
    lingered();
    assertThat(hypervisor.vms()).extracting(FakeVm::phase).containsOnly(VmPhase.EXITED);
    assertThat(folders()).isEmpty();
    assertThat(agents.connected()).isEmpty();
    assertThat(status().leases()).isEmpty();
    assertThat(status().vms()).isEmpty();
    assertThat(scheduler.waiting()).isZero();
  }

  List<Path> folders() {
    Path vms = root.resolve("run/vm");
    if (!Files.exists(vms)) {
      return List.of();
    }
    try (Stream<Path> list = Files.list(vms)) {
      return list.toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Shuts down. Fails if a place in the admission was not given back. */
  @Override
  public void close() {
    cases.control().shutdown(Control.AtEnd.END_VMS, Deadline.after(Duration.ofSeconds(5)));
    app.close();
  }

  /** A hypervisor whose guests open the agent's port at once, unless a test says otherwise. */
  private final class Booting implements Hypervisor {
    @Override
    public HypervisorInfo info() {
      return hypervisor.info();
    }

    @Override
    public Vm boot(Launch launch, Deadline deadline) {
      FakeVm vm = (FakeVm) hypervisor.boot(launch, deadline);
      guest.accept(vm);
      return vm;
    }

    @Override
    public Vm prepare(Launch launch, Deadline deadline) {
      return hypervisor.prepare(launch, deadline);
    }

    @Override
    public Vm adopt(Survivor survivor, Deadline deadline) {
      return hypervisor.adopt(survivor, deadline);
    }

    @Override
    public Vm hold(Survivor survivor) {
      return hypervisor.hold(survivor);
    }
  }
}
