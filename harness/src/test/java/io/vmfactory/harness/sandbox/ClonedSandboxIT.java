package io.vmfactory.harness.sandbox;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vmfactory.api.v1.Event;
import io.vmfactory.api.v1.GetStatusResponse;
import io.vmfactory.api.v1.Lease;
import io.vmfactory.api.v1.Route;
import io.vmfactory.client.EventWatch;
import io.vmfactory.client.FactoryClient;
import io.vmfactory.client.FactoryException;
import io.vmfactory.client.InstalledAgents;
import io.vmfactory.client.sandbox.Container;
import io.vmfactory.client.sandbox.ContainerProcess;
import io.vmfactory.client.sandbox.ContainerSpec;
import io.vmfactory.client.sandbox.Sandbox;
import io.vmfactory.client.sandbox.SandboxFork;
import io.vmfactory.client.sandbox.SandboxRuntime;
import io.vmfactory.client.sandbox.SandboxSpec;
import io.vmfactory.configs.time.Deadline;
import io.vmfactory.guest.GuestAgent;
import io.vmfactory.guest.GuestHook;
import io.vmfactory.guest.GuestHooks;
import io.vmfactory.guest.oci.OciProcess;
import io.vmfactory.linux.StreamSockets;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Tests what programs in containers learn of being cloned: the generation and the hooks. */
@Tag("qemu")
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class ClonedSandboxIT {
  private static final String GENERATION = "/run/vmfactory/generation";

  /** Notices when the generation changes, and writes the new one to a file. */
  private static final String WATCH =
      "was=$(cat %1$s); while test \"$(cat %1$s)\" = $was; do sleep 0.1; done; cat %1$s >/data/seen; sleep 1000"
          .formatted(GENERATION);

  private static final Duration LONG = Duration.ofMinutes(5);

  private Host host;
  private FactoryClient client;
  private SandboxRuntime runtime;

  @BeforeEach
  void start() throws IOException {
    host = Host.make("").withTemplate();
    client = FactoryClient.open(host.settings().runtime().factorySocket());
    runtime = host.runtime();
  }

  @AfterEach
  void end() throws IOException {
    runtime.close();
    client.close();
    host.close();
    assertThat(host.vms()).isEmpty();
  }

  private static Deadline soon() {
    return Host.soon();
  }

  private Container container(Sandbox sandbox, String script) throws IOException {
    ContainerSpec spec =
        ContainerSpec.of(SandboxIT.command("/bin/sh", "-c", script), host.rootfs()).withId("c");
    Container container = sandbox.createContainer(spec, soon());
    container.start(soon());
    return container;
  }

  private static String said(Container container, String... command) throws IOException {
    ContainerProcess process = container.exec(p -> p.withArgs(List.of(command)), soon());
    return new String(process.stdout().readAllBytes(), UTF_8).strip();
  }

  private String vm(Sandbox sandbox) {
    return sandbox.status(soon()).vm().id();
  }

  @Test
  void theGenerationIsNewOnEachRouteAndInEachFork() throws Exception {
    fillPools();
    Set<String> all = new HashSet<>();
    for (Route route : List.of(Route.SHELL, Route.WARM, Route.TEMPLATE, Route.COLD)) {
      SandboxSpec spec = SandboxSpec.defaults().withRoutes(List.of(route));
      try (Sandbox source = runtime.create(spec, soon())) {
        source.start(soon());
        Container container = container(source, WATCH);
        String its = said(container, "/bin/cat", GENERATION);
        assertThat(its).isEqualTo(vm(source));
        assertThat(all.add(its)).as(route.name()).isTrue();
        if (route != Route.COLD) {
          assertThat(
                  said(container, "/bin/sh", "-c", "echo x >%s || echo no".formatted(GENERATION)))
              .isEqualTo("no");
          forks(source, container, all);
        }
        source.delete(soon());
      }
    }
    assertThat(all).hasSize(10);
  }

  /** The running program of each clone learns of it; the source's does not. */
  private void forks(Sandbox source, Container its, Set<String> all) throws IOException {
    SandboxFork fork = runtime.fork(source.id(), 2, LONG, soon());
    for (SandboxFork.Clone clone : fork.clones()) {
      try (Sandbox sandbox = runtime.fetch(clone.id(), soon())) {
        Container same = sandbox.container("c", soon());
        String generation = said(same, "/bin/cat", GENERATION);
        assertThat(all.add(generation)).isTrue();
        String seen = "until test -s /data/seen; do sleep 0.1; done; cat /data/seen";
        assertThat(said(same, "/bin/sh", "-c", seen)).isEqualTo(generation);
        sandbox.delete(soon());
      }
    }
    assertThat(said(its, "/bin/sh", "-c", "cat /data/seen 2>/dev/null")).isEmpty();
  }

  /** Returns when there is one shell and one warm VM. */
  private void fillPools() throws Exception {
    CompletableFuture<Void> shells = new CompletableFuture<>();
    CompletableFuture<Void> warm = new CompletableFuture<>();
    Consumer<Event> listener =
        event -> {
          if (event.getKind() == Event.Kind.POOL_FILLED) {
            (event.getDetail().contains("WARM") ? warm : shells).complete(null);
          }
        };
    try (EventWatch watch = client.daemon().watch(listener, soon())) {
      client.pools().resize(1, 1, soon());
      CompletableFuture.allOf(shells, warm).get(120, TimeUnit.SECONDS);
    }
  }

  private static GuestHook hook(String script, Duration limit) {
    OciProcess process = OciProcess.inheriting(List.of("/bin/sh", "-c", script));
    return new GuestHook("seed", "c", process, limit);
  }

  private void hooks(Sandbox sandbox, List<GuestHook> hooks) throws IOException {
    try (StreamSockets sockets = new StreamSockets();
        GuestAgent agent = InstalledAgents.over(sockets).connect(ports(vm(sandbox)), soon())) {
      agent.awaitServing(soon());
      agent.hooks().register(GuestHooks.Moment.RESTORE, hooks, soon());
    }
  }

  private List<Path> ports(String vm) {
    return client.daemon().status(false, soon()).getVmsList().stream()
        .filter(one -> one.getId().equals(vm))
        .flatMap(one -> one.getEndpoints().getAgentsList().stream())
        .map(url -> Path.of(url.substring("unix://".length())))
        .toList();
  }

  @Test
  void hooksRunInEachCloneBeforeItIsHandedOutAndAFailureEndsIt() throws IOException {
    try (Sandbox source = runtime.create(SandboxSpec.defaults(), soon())) {
      source.start(soon());
      Container its = container(source, "sleep 1000");
      GuestHook record = hook("cp %s /data/seeded".formatted(GENERATION), Duration.ofSeconds(30));
      hooks(source, List.of(record));
      for (SandboxFork.Clone clone : runtime.fork(source.id(), 2, LONG, soon()).clones()) {
        try (Sandbox sandbox = runtime.fetch(clone.id(), soon())) {
          Container same = sandbox.container("c", soon());
          assertThat(said(same, "/bin/cat", "/data/seeded")).isEqualTo(vm(sandbox));
          sandbox.delete(soon());
        }
      }
      assertThat(said(its, "/bin/sh", "-c", "cat /data/seeded 2>/dev/null")).isEmpty();
      failing(
          source,
          hook("echo no licence; exit 3", Duration.ofSeconds(30)),
          "status 3",
          "no licence");
      failing(source, hook("sleep 1000", Duration.ofMillis(300)), "within its time limit");
      failing(source, hook("while :; do echo again; done", Duration.ofSeconds(1)), "again");
      assertThat(its.status(soon()).state().name()).isEqualTo("RUNNING");
      source.delete(soon());
    }
  }

  private void failing(Sandbox source, GuestHook hook, String... words) throws IOException {
    hooks(source, List.of(hook));
    assertThatThrownBy(() -> runtime.fork(source.id(), 1, LONG, soon()))
        .isInstanceOf(FactoryException.class)
        .hasMessageContainingAll(words)
        .hasMessageContaining("\"seed\" of container c");
    GetStatusResponse status = client.daemon().status(false, soon());
    assertThat(status.getLeasesList()).extracting(Lease::getVmId).containsExactly(vm(source));
    assertThat(host.vms()).hasSize(1);
    assertThat(status.getFailures(0).getCause()).contains(words);
  }
}
