package io.vmfactory.factory.boot;

import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import io.vertx.core.internal.VertxInternal;
import io.vmfactory.configs.ConfigWriter;
import io.vmfactory.configs.VmFactoryConfig;
import io.vmfactory.configs.time.Deadline;
import io.vmfactory.configs.time.WallClock;
import io.vmfactory.factory.app.FactoryApp;
import io.vmfactory.factory.app.UseCases;
import io.vmfactory.factory.grpc.DaemonFacts;
import io.vmfactory.factory.grpc.Skin;
import io.vmfactory.factory.http.MetricsPort;
import io.vmfactory.factory.metrics.BuildInfo;
import io.vmfactory.factory.metrics.Metrics;
import io.vmfactory.guest.GuestAgents;
import io.vmfactory.guest.ttrpc.TtrpcAgents;
import io.vmfactory.template.StoredTemplates;
import io.vmfactory.template.Templates;
import io.vmfactory.vmm.Hypervisor;
import io.vmfactory.vmm.HypervisorInfo;
import io.vmfactory.vmm.VmFolders;
import io.vmfactory.vmm.qemu.HostCheck;
import io.vmfactory.vmm.qemu.QemuHypervisor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
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

/** The whole object graph: what is made of what, and closed in the opposite order. */
final class Wiring implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Wiring.class);

  /** How long calls under way may take at the end before they are cancelled. */
  private static final Duration GRACE = Duration.ofSeconds(5);

  private static final Duration CLOSING = Duration.ofSeconds(30);
  private static final int EVENT_LOOPS = 2;
  private static final int TIMERS = 4;

  /** Vert.x's own, which make the metrics page; those of the calls are the skin's. */
  private static final int WORKERS = 2;

  /** A scrape shall not wait longer; Prometheus gives up after ten seconds. */
  private static final Duration SCRAPE = Duration.ofSeconds(5);

  private final Deque<AutoCloseable> parts = new ArrayDeque<>();
  private final Vertx vertx;
  private final ScheduledExecutorService timers;
  private final FactoryApp app;
  private final Skin skin;

  private Wiring(VmFactoryConfig config, @Nullable Path configFile, StopSignal stop) {
    try {
      WallClock clock = WallClock.system();
      vertx = vertx();
      HypervisorInfo found = new HostCheck(config.qemu(), answers(config)).hypervisor();
      Metrics metrics = new Metrics();
      QemuHypervisor hypervisor = part(new QemuHypervisor(found, vertx));
      GuestAgents agents = new TtrpcAgents(vertx);
      Hypervisor counted = metrics.counted(hypervisor);
      Templates templates = part(templates(config, counted, agents, clock));
      FactoryApp.Rooms rooms = new FactoryApp.Rooms(counted, templates, agents);
      timers = timers();
      app = part(FactoryApp.create(config, rooms, clock, timers, metrics.observer()));
      UseCases cases = stopping(app.useCases(), stop);
      DaemonFacts facts = facts(config, configFile);
      show(metrics, build(config, facts.version(), found));
      try {
        skin = part(Skin.start(vertx, config.daemon(), cases, facts, metrics));
        if (config.metrics().port() != 0) {
          part(MetricsPort.listen(vertx, config.metrics().port(), metrics));
        }
      } catch (RuntimeException | Error e) {
        // What was taken over is for a daemon that can serve.
        app.useCases().shutdown().run(true, Deadline.after(CLOSING));
        throw e;
      }
    } catch (RuntimeException | Error e) {
      close();
      throw e;
    }
  }

  /** Everything, serving. */
  static Wiring start(VmFactoryConfig config, @Nullable Path configFile, StopSignal stop) {
    return new Wiring(config, configFile, stop);
  }

  /** Where clients connect. */
  Path socket() {
    return skin.socket();
  }

  /** Lets {@code systemd} know, at the pace it asks for, that what serves requests is alive. */
  void watch(Systemd systemd) {
    Map<String, Supplier<CompletionStage<?>>> organs = new LinkedHashMap<>();
    for (int i = 1; i <= EVENT_LOOPS; i++) {
      Context loop = ((VertxInternal) vertx).createEventLoopContext(); // by turns, loop by loop
      organs.put("event loop " + i, () -> turn(loop));
    }
    organs.put("the workers of short calls", skin::turn);
    new Watchdog(organs, systemd).start(timers);
  }

  private static CompletionStage<?> turn(Context loop) {
    CompletableFuture<Void> turn = new CompletableFuture<>();
    loop.runOnContext(nothing -> turn.complete(null));
    return turn;
  }

  /**
   * Ends what customers have: no new calls, those under way end, then the leased VMs, unless they
   * are kept. Streams and socket go with {@link #close}.
   */
  void stop(boolean keepVms) {
    skin.drain(GRACE);
    app.useCases().shutdown().run(keepVms, Deadline.after(CLOSING));
  }

  /** Closes the parts, last made first; Vert.x before the JVM ends, which else takes 0.3 s more. */
  @Override
  public void close() {
    for (AutoCloseable part = parts.pollLast(); part != null; part = parts.pollLast()) {
      try {
        part.close();
      } catch (Exception e) {
        log.warn("closing {}", part, e);
      }
    }
  }

  private <T extends AutoCloseable> T part(T made) {
    parts.addLast(made);
    return made;
  }

  private Vertx vertx() {
    FileSystemOptions noFiles =
        new FileSystemOptions().setFileCachingEnabled(false).setClassPathResolvingEnabled(false);
    Vertx vertx =
        Vertx.vertx(
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
    timers.setRemoveOnCancelPolicy(true); // most never fire: leases are renewed, waits end
    part(timers::shutdownNow);
    return timers;
  }

  /** Where the host's answer on KVM is kept, so that only the first start after a boot waits. */
  private static Path answers(VmFactoryConfig config) {
    Path stateDir = config.daemon().stateDir();
    try {
      var ownerOnly = PosixFilePermissions.fromString("rwx------");
      Files.createDirectories(stateDir, PosixFilePermissions.asFileAttribute(ownerOnly));
      return stateDir.resolve("host-check");
    } catch (IOException e) {
      throw new StartException("cannot make state_dir " + stateDir + ": " + Reasons.of(e), e);
    }
  }

  private static BuildInfo build(VmFactoryConfig config, String version, HypervisorInfo found) {
    return new BuildInfo(
        version, found, config.daemon().maxVms(), config.pool().memoryBudgetBytes());
  }

  private void show(Metrics metrics, BuildInfo build) {
    metrics.show(build, () -> app.useCases().getStatus().run(false, Deadline.after(SCRAPE)));
  }

  private static Templates templates(
      VmFactoryConfig config, Hypervisor hypervisor, GuestAgents agents, WallClock clock) {
    return new StoredTemplates(
        config.factory().templatePath(),
        hypervisor,
        agents,
        new VmFolders(config.daemon().runDir().toAbsolutePath().resolve("vm")),
        clock,
        config.factory().templateCacheBytes());
  }

  /** The use cases, with a Shutdown that ends the daemon too. */
  private static UseCases stopping(UseCases cases, StopSignal stop) {
    return new UseCases(
        cases.getVm(),
        cases.getBaseVm(),
        cases.renewLease(),
        cases.releaseVm(),
        cases.createTemplate(),
        cases.listTemplates(),
        cases.deleteTemplate(),
        cases.attachments(),
        cases.pools(),
        cases.getStatus(),
        (keep, deadline) -> {
          var done = cases.shutdown().run(keep, deadline);
          stop.ask(keep);
          return done;
        },
        cases.events());
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
