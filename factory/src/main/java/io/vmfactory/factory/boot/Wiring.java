package io.vmfactory.factory.boot;

import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import io.vertx.core.internal.VertxInternal;
import io.vmfactory.configs.ConfigWriter;
import io.vmfactory.configs.ErrorText;
import io.vmfactory.configs.VmFactoryConfig;
import io.vmfactory.configs.time.Deadline;
import io.vmfactory.configs.time.WallClock;
import io.vmfactory.factory.app.Control.AtEnd;
import io.vmfactory.factory.app.Control.Detail;
import io.vmfactory.factory.app.FactoryApp;
import io.vmfactory.factory.app.Verbs;
import io.vmfactory.factory.grpc.DaemonFacts;
import io.vmfactory.factory.grpc.Skin;
import io.vmfactory.factory.http.ConnectionLimits;
import io.vmfactory.factory.http.Door;
import io.vmfactory.factory.http.MetricsPort;
import io.vmfactory.factory.metrics.BuildInfo;
import io.vmfactory.factory.metrics.Metrics;
import io.vmfactory.factory.request.Peer;
import io.vmfactory.guest.GuestAgents;
import io.vmfactory.guest.ttrpc.TtrpcAgents;
import io.vmfactory.linux.OwnFolder;
import io.vmfactory.linux.StreamSockets;
import io.vmfactory.template.NameBook;
import io.vmfactory.template.Names;
import io.vmfactory.template.StorePlace;
import io.vmfactory.template.StoredSuspensions;
import io.vmfactory.template.StoredTemplates;
import io.vmfactory.template.Suspensions;
import io.vmfactory.vmm.Hypervisor;
import io.vmfactory.vmm.HypervisorInfo;
import io.vmfactory.vmm.VmFolders;
import io.vmfactory.vmm.qemu.HostCheck;
import io.vmfactory.vmm.qemu.QemuHypervisor;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The object graph of the daemon: makes all parts, and closes them in the opposite order. */
final class Wiring implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Wiring.class);

  /** How long calls under way may take when the daemon stops, before they are cancelled. */
  private static final Duration GRACE = Duration.ofSeconds(5);

  private static final Duration CLOSING = Duration.ofSeconds(30);
  private static final int EVENT_LOOPS = 2;
  private static final int TIMERS = 4;

  /**
   * Number of Vert.x's own workers, which make the metrics page; calls have workers of their own.
   */
  private static final int WORKERS = 2;

  private final Deque<AutoCloseable> parts = new ArrayDeque<>();
  private final Vertx vertx;
  private final ScheduledExecutorService timers;
  private final FactoryApp app;
  private final Skin skin;

  private Wiring(
      VmFactoryConfig config, Descriptors descriptors, @Nullable Path configFile, StopSignal stop) {
    try {
      WallClock clock = WallClock.system();
      vertx = vertx(descriptors.connections());
      Metrics metrics = new Metrics();
      QemuHypervisor hypervisor =
          part(
              QemuHypervisor.open(
                  new HostCheck(config.qemu(), answers(config)), config.daemon().runDir()));
      HypervisorInfo found = hypervisor.info();
      GuestAgents agents = new TtrpcAgents(part(new StreamSockets()));
      Hypervisor counted = metrics.counted(hypervisor);
      StoredTemplates templates = part(templates(config, counted, agents, clock));
      FactoryApp.Rooms rooms =
          new FactoryApp.Rooms(
              counted, templates, names(config), suspensions(config, templates), agents);
      timers = timers();
      app = part(FactoryApp.create(config, rooms, clock, timers, metrics.observer()));
      new VmLogs(vms(config)).boundFrom(timers);
      Verbs verbs = stopping(app.verbs(), stop);
      DaemonFacts facts = facts(config, configFile);
      show(metrics, build(config, facts.version(), found));
      try {
        skin = part(Skin.start(vertx, config.daemon(), verbs, facts, metrics));
        if (config.metrics().port() != 0) {
          part(MetricsPort.listen(vertx, config.metrics().port(), metrics));
        }
      } catch (RuntimeException | Error e) {
        // The VMs that were taken over are for a daemon that can serve.
        app.verbs().control().shutdown(AtEnd.KEEP_VMS, Deadline.after(CLOSING));
        throw e;
      }
    } catch (RuntimeException | Error e) {
      close();
      throw e;
    }
  }

  /**
   * Makes all parts and starts to serve.
   *
   * @throws StartException if the daemon cannot start
   */
  static Wiring start(VmFactoryConfig config, @Nullable Path configFile, StopSignal stop) {
    Descriptors descriptors = Descriptors.ofThisProcess();
    return new Wiring(descriptors.bounded(config), descriptors, configFile, stop);
  }

  /** Returns the socket where clients connect. */
  Path socket() {
    return skin.socket();
  }

  /**
   * Lets {@code systemd} know, as often as it asks for, that the components which serve requests
   * work.
   */
  void watch(Systemd systemd) {
    Map<String, Supplier<CompletionStage<?>>> components = new LinkedHashMap<>();
    for (int i = 1; i <= EVENT_LOOPS; i++) {
      // Vert.x hands out its event loops in turn.
      Context loop = ((VertxInternal) vertx).createEventLoopContext();
      components.put("event loop " + i, () -> turn(loop));
    }
    components.put("the workers of short calls", skin::turn);
    new Watchdog(components, systemd).start(timers);
  }

  private static CompletionStage<?> turn(Context loop) {
    CompletableFuture<Void> turn = new CompletableFuture<>();
    loop.runOnContext(nothing -> turn.complete(null));
    return turn;
  }

  /**
   * Ends service: refuses new calls, waits for those under way, then ends the leased VMs unless
   * they are kept. {@link #close} closes streams and the socket.
   */
  void stop(boolean keepVms) {
    skin.drain(GRACE);
    AtEnd atEnd = keepVms ? AtEnd.KEEP_VMS : AtEnd.END_VMS;
    app.verbs().control().shutdown(atEnd, Deadline.after(CLOSING));
  }

  /**
   * Closes the parts, the last made first. Vert.x is closed before the JVM ends, which would
   * otherwise take 0.3 s longer.
   */
  @Override
  public void close() {
    for (AutoCloseable part = parts.pollLast(); part != null; part = parts.pollLast()) {
      try {
        part.close();
      } catch (Exception e) {
        log.warn("cannot close {}", part, e);
      }
    }
  }

  private <T extends AutoCloseable> T part(T made) {
    parts.addLast(made);
    return made;
  }

  private Vertx vertx(ConnectionLimits limits) {
    FileSystemOptions noFiles =
        new FileSystemOptions().setFileCachingEnabled(false).setClassPathResolvingEnabled(false);
    Vertx vertx =
        new Door(limits)
            .vertx(
                new VertxOptions()
                    .setPreferNativeTransport(true)
                    .setEventLoopPoolSize(EVENT_LOOPS)
                    .setWorkerPoolSize(WORKERS)
                    .setFileSystemOptions(noFiles));
    part(() -> Deadline.after(CLOSING).await(vertx.close().toCompletionStage(), "Vert.x to close"));
    return vertx;
  }

  private ScheduledExecutorService timers() {
    var timers = new ScheduledThreadPoolExecutor(TIMERS);
    timers.setRemoveOnCancelPolicy(true); // most timers never fire: leases are renewed, waits end
    part(timers::shutdownNow);
    return timers;
  }

  /**
   * Returns the file with the host's answer on KVM, so that only the first start after a boot waits
   * for it.
   */
  private static Path answers(VmFactoryConfig config) {
    Path stateDir = config.daemon().stateDir();
    try {
      OwnFolder.prepare(stateDir);
      return stateDir.resolve("host-check");
    } catch (IOException e) {
      throw new StartException("cannot use state_dir " + stateDir + ": " + ErrorText.of(e), e);
    }
  }

  private static BuildInfo build(VmFactoryConfig config, String version, HypervisorInfo found) {
    return new BuildInfo(
        version, found, config.daemon().maxVms(), config.pool().memoryBudgetBytes());
  }

  private void show(Metrics metrics, BuildInfo build) {
    metrics.show(build, () -> app.verbs().control().status(Peer.daemon(), Detail.PLAIN));
  }

  private static Path vms(VmFactoryConfig config) {
    return config.daemon().runDir().toAbsolutePath().resolve("vm");
  }

  private static StoredTemplates templates(
      VmFactoryConfig config, Hypervisor hypervisor, GuestAgents agents, WallClock clock) {
    return new StoredTemplates(
        new StorePlace(
            config.factory().templatePath(), secret(config), config.daemon().overlayDir()),
        hypervisor,
        agents,
        new VmFolders(vms(config)),
        clock,
        config.factory().templateCacheBytes());
  }

  private static Suspensions suspensions(VmFactoryConfig config, StoredTemplates templates) {
    Path folder = config.daemon().stateDir().resolve("suspended");
    StorePlace place = new StorePlace(folder, secret(config), config.daemon().overlayDir());
    return new StoredSuspensions(place, templates);
  }

  private static Names names(VmFactoryConfig config) {
    return new NameBook(config.daemon().stateDir().resolve("template.names"), secret(config));
  }

  private static Path secret(VmFactoryConfig config) {
    return config.daemon().stateDir().resolve("template.secret");
  }

  /** Returns the verbs, with a shutdown that ends the daemon too. */
  private static Verbs stopping(Verbs verbs, StopSignal stop) {
    return new Verbs(
        verbs.vms(),
        verbs.pauses(),
        verbs.attachments(),
        verbs.templates(),
        verbs.pools(),
        new StoppingControl(verbs.control(), stop));
  }

  private static DaemonFacts facts(VmFactoryConfig config, @Nullable Path configFile) {
    String version = Wiring.class.getPackage().getImplementationVersion();
    return new DaemonFacts(
        version == null ? "development" : version,
        ConfigWriter.toToml(config),
        configFile == null ? "" : configFile.toString(),
        config.pool());
  }
}
