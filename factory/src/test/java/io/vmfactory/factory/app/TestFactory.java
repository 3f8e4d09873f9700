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
import io.vmfactory.factory.request.Route;
import io.vmfactory.factory.request.VmRequest;
import io.vmfactory.factory.routes.Customers;
import io.vmfactory.factory.stock.PoolView;
import io.vmfactory.factory.stock.Stock;
import io.vmfactory.guest.GuestAgents;
import io.vmfactory.guest.SpecFactory;
import io.vmfactory.scripted.ScriptedAgents;
import io.vmfactory.scripted.ScriptedTemplates;
import io.vmfactory.scripted.vmm.FakeHypervisor;
import io.vmfactory.scripted.vmm.FakeVm;
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
  final ScriptedAgents agents;
  final SteppedScheduler scheduler;
  final Observed observed = new Observed();
  final List<Events.Event> events = new CopyOnWriteArrayList<>();
  final Path root;
  final VmFactoryConfig config;
  final FactoryApp app;
  public final Verbs cases;

  /** Where the stock's work is done: on whatever thread caused it, unless it is to be slow. */
  ExecutorService making;

  ExecutorService upkeep;
  volatile Consumer<FakeVm> guest = FakeVm::openAgentPort;
  private volatile Instant now;

  /** What a daemon's end leaves as it is. */
  record World(
      Path root,
      VmFactoryConfig config,
      FakeHypervisor hypervisor,
      ScriptedTemplates templates,
      ScriptedAgents agents,
      Instant now) {
    static World fresh(Path root, VmFactoryConfig config) {
      FakeHypervisor hypervisor = new FakeHypervisor();
      return new World(
          root,
          config,
          hypervisor,
          new ScriptedTemplates(hypervisor),
          new ScriptedAgents(hypervisor),
          Instant.parse("2026-01-01T00:00:00Z"));
    }

    World later(Duration span) {
      return new World(root, config, hypervisor, templates, agents, now.plus(span));
    }

    World with(VmFactoryConfig other) {
      return new World(root, other, hypervisor, templates, agents, now);
    }

    /** The next daemon. */
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

  /** With {@code beforehand} done to it before the daemon starts. */
  public TestFactory(Path root, VmFactoryConfig config, Consumer<TestFactory> beforehand) {
    this(World.fresh(root, config), beforehand, Steps.uncounted());
  }

  /** Over rooms whose every step goes through {@code steps}. */
  public TestFactory(World world, Consumer<TestFactory> beforehand, Steps steps) {
    root = world.root();
    config = world.config();
    hypervisor = world.hypervisor();
    templates = world.templates();
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
    cases.control().events().subscribe(events::add);
  }

  /** With a template of the configured spec, and a stock of it as these lines of [pool] say. */
  static TestFactory stocked(Path root, String... lines) {
    return new TestFactory(root, stockedConfig(root, lines), f -> f.template(1, 256));
  }

  static VmFactoryConfig stockedConfig(Path root, String... lines) {
    return config(root, 16, List.of("WARM", "SHELL", "TEMPLATE", "COLD"), pool(lines));
  }

  /** The daemon is killed: it does nothing more. What it leaves is the next one's. */
  World kill() {
    scheduler.kill();
    agents.connected().clear();
    return new World(root, config, hypervisor, templates, agents, now);
  }

  /** The daemon is killed, and after {@code away} there is another. */
  TestFactory successor(Duration away) {
    return kill().later(away).daemon();
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
            new QemuConfig.Devices(2, 1, 1, 1, 64L << 30)),
        new FactoryConfig(true, root.resolve("t"), 1 << 30, routes),
        new LeaseConfig(TTL, Duration.ofHours(1)),
        pool,
        new MetricsConfig(0),
        RuntimeConfig.beside(daemon));
  }

  /** Nothing is kept ready, so that every request makes its VM itself. */
  static PoolConfig noPool() {
    return pool("vm_cache_number = 0", "shell_number = 0");
  }

  /** The defaults, but for these lines. */
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

  /** A usable template of the configured spec at that size. */
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
    return cases.vms().get(request, soon());
  }

  /** As {@link #get}, and what was taken off the stock is replaced. */
  GrantedVm getAndRefill(VmRequest request) {
    try {
      return get(request);
    } finally {
      lingered();
    }
  }

  /** The moment passes in which refilling is still held back for customers who have gone. */
  void lingered() {
    scheduler.step(Customers.LINGER);
  }

  /** The pool of that tier; there must be one template. */
  PoolView pool(Tier tier) {
    List<PoolView> pools = status().pools();
    assertThat(pools).hasSize(2);
    return pools.get(tier == Tier.WARM ? 0 : 1);
  }

  /** VMs on stock, oldest first. */
  List<FakeVm> idle(VmPhase phase) {
    return hypervisor.vms().stream().filter(vm -> vm.phase() == phase).toList();
  }

  VmRecord record(FakeVm vm) {
    return new Journal().read(vm.launch().folder()).orElseThrow();
  }

  Status status() {
    return cases.control().status(Control.Detail.PLAIN);
  }

  /** Lets time pass, on the wall and for timers. */
  void pass(Duration span) {
    now = now.plus(span);
    scheduler.step(span);
  }

  Instant now() {
    return now;
  }

  /** Kinds of the events so far, once all have come through. */
  List<Events.Kind> kinds() {
    return events.stream().map(Events.Event::kind).toList();
  }

  /** No VM, no folder, no connection, no lease, no timer. */
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

  /** Shuts down. A place in the admission that nobody gives back makes this fail. */
  @Override
  public void close() {
    cases.control().shutdown(Control.AtEnd.END_VMS, Deadline.after(Duration.ofSeconds(5)));
    app.close();
  }

  /** Guests that come up at once, unless told otherwise. */
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
  }
}
