package io.vmfactory.factory.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.vmfactory.configs.DaemonConfig;
import io.vmfactory.configs.FactoryConfig;
import io.vmfactory.configs.LeaseConfig;
import io.vmfactory.configs.MetricsConfig;
import io.vmfactory.configs.PoolConfig;
import io.vmfactory.configs.QemuConfig;
import io.vmfactory.configs.RuntimeConfig;
import io.vmfactory.configs.VmFactoryConfig;
import io.vmfactory.configs.time.Deadline;
import io.vmfactory.configs.time.WallClock;
import io.vmfactory.factory.app.TemplateDesk.TemplateRequest;
import io.vmfactory.factory.events.Events;
import io.vmfactory.factory.observe.Observer;
import io.vmfactory.factory.request.GrantedVm;
import io.vmfactory.factory.request.Peer;
import io.vmfactory.factory.request.VmRequest;
import io.vmfactory.guest.GuestAgent;
import io.vmfactory.guest.GuestIdentity;
import io.vmfactory.guest.ttrpc.TtrpcAgents;
import io.vmfactory.linux.StreamSockets;
import io.vmfactory.template.NameBook;
import io.vmfactory.template.StorePlace;
import io.vmfactory.template.StoredSuspensions;
import io.vmfactory.template.StoredTemplates;
import io.vmfactory.vmm.Accelerator;
import io.vmfactory.vmm.Hypervisor;
import io.vmfactory.vmm.HypervisorInfo;
import io.vmfactory.vmm.KeptFolders;
import io.vmfactory.vmm.Launch;
import io.vmfactory.vmm.Survivor;
import io.vmfactory.vmm.Vm;
import io.vmfactory.vmm.VmFolders;
import io.vmfactory.vmm.VmId;
import io.vmfactory.vmm.qemu.QemuHypervisor;
import io.vmfactory.vmm.qemu.QemuLeaks;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** The daemon's domain over real rooms: QEMU (TCG) and our own guest from dist/guest. */
final class RealFactory implements AutoCloseable {
  private static final Path QEMU = Path.of("/usr/bin/qemu-system-x86_64");
  private static final Path IMAGES = Path.of(System.getProperty("vmfactory.top"), "dist", "guest");

  /** The name under which a template is kept for later tests. All have the same spec. */
  private static final String TEMPLATE = "template of a real factory";

  private final StreamSockets sockets = new StreamSockets();
  private final QemuHypervisor hypervisor =
      new QemuHypervisor(
          new HypervisorInfo(QEMU, "7.2", Accelerator.TCG, "boots everywhere", "any"));
  private final TtrpcAgents agents = new TtrpcAgents(sockets);
  private final ScheduledExecutorService scheduler = Executors.newScheduledThreadPool(2);
  private final Map<VmId, Vm> forks = new ConcurrentHashMap<>();
  private final Path vms;
  private final Path store;
  private final boolean template;
  private final StoredTemplates templates;
  private final FactoryApp app;

  /**
   * Makes a factory without a stock: every VM is made for its request. It begins with the template
   * that an earlier factory built.
   */
  RealFactory(Path root) throws IOException {
    this(
        root,
        List.of("TEMPLATE", "COLD"),
        TestFactory.noPool(),
        KeptFolders.lend(TEMPLATE, root.resolve("t")));
  }

  RealFactory(Path root, List<String> routes, PoolConfig pool) {
    this(root, routes, pool, false);
  }

  private RealFactory(Path root, List<String> routes, PoolConfig pool, boolean template) {
    this.template = template;
    store = root.resolve("t");
    vms = root.resolve("run/vm");
    store.toFile().mkdirs();
    WallClock clock = WallClock.system();
    VmFactoryConfig config = config(root, routes, pool);
    templates =
        new StoredTemplates(
            new StorePlace(
                store.resolve("templates"), store.resolve("secret"), config.daemon().overlayDir()),
            hypervisor,
            agents,
            new VmFolders(vms),
            clock,
            1L << 30);
    app =
        FactoryApp.create(
            config,
            new FactoryApp.Rooms(
                new Watched(),
                templates,
                new NameBook(root.resolve("names"), store.resolve("secret")),
                new StoredSuspensions(
                    new StorePlace(
                        root.resolve("suspended"),
                        store.resolve("secret"),
                        config.daemon().overlayDir()),
                    templates),
                agents),
            clock,
            scheduler,
            Observer.NONE);
  }

  private static VmFactoryConfig config(Path root, List<String> routes, PoolConfig pool) {
    DaemonConfig daemon =
        new DaemonConfig(root, root.resolve("run"), "", Duration.ofMinutes(2), 8, 16);
    return new VmFactoryConfig(
        daemon,
        new QemuConfig(
            QEMU,
            IMAGES.resolve("vmlinuz"),
            IMAGES.resolve("initrd"),
            new QemuConfig.Size(1, 256),
            new QemuConfig.Size(2, 512),
            2,
            new QemuConfig.Machine("q35", "", ""),
            "tcg",
            List.of(),
            new QemuConfig.Devices(4, 2, 2, 0, 64L << 30),
            QemuConfig.Isolation.none(),
            QemuConfig.DriveLimits.NONE),
        new FactoryConfig(
            true, root.resolve("t/templates"), 1L << 30, routes, Duration.ofSeconds(2)),
        new LeaseConfig(
            Duration.ofMinutes(5),
            Duration.ofHours(1),
            new LeaseConfig.Suspended(Duration.ofHours(2), Duration.ofHours(9))),
        pool,
        new MetricsConfig(0),
        RuntimeConfig.beside(daemon));
  }

  /** Keeps each fork, so that a test can look at it as the daemon does. */
  private final class Watched implements Hypervisor {
    @Override
    public HypervisorInfo info() {
      return hypervisor.info();
    }

    @Override
    public Vm boot(Launch launch, Deadline deadline) {
      return hypervisor.boot(launch, deadline);
    }

    @Override
    public Vm prepare(Launch launch, Deadline deadline) {
      return hypervisor.prepare(launch, deadline);
    }

    @Override
    public Vm restore(Launch launch, byte[] state, Runnable answered, Deadline deadline) {
      Vm vm = hypervisor.restore(launch, state, answered, deadline);
      forks.put(launch.id(), vm);
      return vm;
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

  /** Returns a VM that {@code ForkVm} has made. */
  Vm fork(GrantedVm granted) {
    return Objects.requireNonNull(forks.get(granted.vm().identity().id()));
  }

  static Deadline soon() {
    return Deadline.after(Duration.ofSeconds(60));
  }

  Verbs cases() {
    return app.verbs();
  }

  /** Builds the template, unless the factory began with one. */
  void buildTemplate() throws IOException {
    if (template) {
      return;
    }
    TemplateRequest request = new TemplateRequest(null, null, false, TemplateUseCasesTest.SILENT);
    cases().templates().create(request, soon());
    KeptFolders.keep(TEMPLATE, store, "templates", "secret");
  }

  GrantedVm get(VmRequest request) {
    return cases().vms().get(Peer.daemon(), request, soon());
  }

  void release(GrantedVm granted) {
    cases().vms().release(Peer.daemon(), granted.lease().id());
  }

  /** Completes with the next event of that kind about that VM. */
  CompletableFuture<Events.Event> next(Events.Kind kind, GrantedVm about) {
    CompletableFuture<Events.Event> heard = new CompletableFuture<>();
    String id = about.vm().identity().id().value();
    cases()
        .control()
        .events()
        .subscribe(
            any -> true,
            event -> {
              if (event.kind() == kind && event.vmId().equals(id)) {
                heard.complete(event);
              }
            });
    return heard;
  }

  /** Completes with the next event of that kind and detail. */
  CompletableFuture<Events.Event> next(Events.Kind kind, String detail) {
    CompletableFuture<Events.Event> heard = new CompletableFuture<>();
    cases()
        .control()
        .events()
        .subscribe(
            any -> true,
            event -> {
              if (event.kind() == kind && event.detail().equals(detail)) {
                heard.complete(event);
              }
            });
    return heard;
  }

  /** Connects to the agent, as a customer does. */
  GuestAgent agent(GrantedVm granted) {
    return agents.connect(granted.vm().folder().agentSocket(), soon());
  }

  /**
   * The guest's identity, and the greatest possible difference between its clock and the host's.
   */
  record Seen(GuestIdentity identity, Duration clockOff) {}

  Seen look(GrantedVm granted) {
    try (GuestAgent agent = agent(granted)) {
      Instant before = WallClock.system().now();
      GuestIdentity identity = agent.identity(32, soon());
      Instant after = WallClock.system().now();
      Duration behind = Duration.between(identity.clock(), before);
      Duration ahead = Duration.between(after, identity.clock());
      return new Seen(identity, behind.compareTo(ahead) > 0 ? behind : ahead);
    }
  }

  List<Path> folders() throws IOException {
    if (!Files.exists(vms)) {
      return List.of();
    }
    try (Stream<Path> list = Files.list(vms)) {
      return list.toList();
    }
  }

  /** Waits until the folder of the last VM is gone. Ending a VM removes its folder last. */
  void awaitNoFolders() throws IOException, InterruptedException {
    Deadline deadline = soon();
    try (WatchService watch = vms.getFileSystem().newWatchService()) {
      vms.register(watch, StandardWatchEventKinds.ENTRY_DELETE);
      while (!folders().isEmpty()) {
        WatchKey key = watch.poll(deadline.remaining().toNanos(), TimeUnit.NANOSECONDS);
        assertThat(key).as("folders left behind: %s", folders()).isNotNull();
        key.pollEvents();
        key.reset();
      }
    }
  }

  @Override
  public void close() throws IOException {
    app.close();
    templates.close();
    hypervisor.close();
    scheduler.shutdownNow();
    sockets.close();
    assertThat(QemuLeaks.running()).as("QEMU processes left behind").isEmpty();
    assertThat(folders()).as("folders left behind").isEmpty();
  }
}
