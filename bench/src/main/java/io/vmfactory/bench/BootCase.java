package io.vmfactory.bench;

import io.vmfactory.api.v1.CreateTemplateRequest;
import io.vmfactory.api.v1.GetStatusResponse;
import io.vmfactory.api.v1.GetVmRequest;
import io.vmfactory.api.v1.Hop;
import io.vmfactory.api.v1.Route;
import io.vmfactory.api.v1.Template;
import io.vmfactory.bench.daemon.PrivateDaemon;
import io.vmfactory.bench.floor.RawQemu;
import io.vmfactory.client.FactoryClient;
import io.vmfactory.client.VmHandle;
import io.vmfactory.configs.time.Deadline;
import io.vmfactory.guest.GuestAgent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Direct boot against clone against the floor of a clone. Clones and floor take turns, so that a
 * noisy machine is noisy to both; what is promised are their ratios.
 */
final class BootCase {
  /** No pool, whose refill would disturb what is measured. */
  static final String SETTINGS =
      """
      [pool]
      vm_cache_number = 0
      shell_number = 0
      """;

  private static final Duration LIMIT = Duration.ofMinutes(2);
  private static final int WARM_UP = 3;
  private static final Set<String> QUEUES = Set.of("admit", "turn");
  private static final String TOTAL = "total";
  private static final String ANSWERED = "until the agent answered";
  private static final String UNIQUE = "until unique";

  private final PrivateDaemon daemon;
  private final int clones;
  private final int boots;
  private final Figures direct = new Figures();
  private final Figures clone = new Figures();
  private final Figures floor = new Figures();
  private long guestPrivateKib;
  private long privateKib;

  BootCase(PrivateDaemon daemon, int clones, int boots) {
    this.daemon = daemon;
    this.clones = clones;
    this.boots = boots;
  }

  /** Runs it and returns the report. */
  String run() throws IOException {
    try (FactoryClient client = FactoryClient.open(daemon.socket())) {
      progress("template");
      Template template =
          client
              .templates()
              .create(CreateTemplateRequest.getDefaultInstance(), step -> {}, deadline());
      try (VmHandle idle = client.getVm(request(Route.TEMPLATE), deadline())) {
        idle.keepAlive();
        firstClientCall(idle, new Figures());
        measure(client, floorLike(idle, template));
      }
      return report(client.daemon().status(false, deadline()), template);
    }
  }

  /**
   * All the while an idle clone lives: a page of the template that only one clone has mapped counts
   * as that one's own.
   */
  private void measure(FactoryClient client, RawQemu raw) throws IOException {
    for (int i = 0; i < WARM_UP; i++) {
      grant(client, Route.TEMPLATE, new Figures());
      raw.run();
    }
    for (int i = 1; i <= clones; i++) {
      progress("clone and raw clone " + i + " of " + clones);
      grant(client, Route.TEMPLATE, clone);
      floor.add(raw.run().all(), TOTAL);
    }
    for (int i = 1; i <= boots; i++) {
      progress("direct boot " + i + " of " + boots);
      grant(client, Route.COLD, direct);
    }
  }

  private RawQemu floorLike(VmHandle vm, Template template) throws IOException {
    String line = Files.readString(Path.of("/proc/" + vm.vm().getPid() + "/cmdline"));
    return new RawQemu(
        List.of(line.split("\0")),
        daemon.home().template(template.getKey()),
        daemon.home().scratch());
  }

  private void grant(FactoryClient client, Route route, Figures figures) {
    long start = System.nanoTime();
    try (VmHandle vm = client.getVm(request(route), deadline())) {
      long reply = System.nanoTime() - start;
      List<Hop> hops = vm.granted().getHopsList();
      hops.forEach(hop -> figures.add(hop.getName(), hop.getMicros()));
      figures.add(ANSWERED, micros(hops, "answer"));
      figures.add(UNIQUE, micros(hops, "unique"));
      figures.add("client: request to reply", reply / 1000);
      firstClientCall(vm, figures);
      if (route == Route.TEMPLATE) {
        measureMemory(client, vm);
      }
    }
  }

  /**
   * From the end of the queues for admission and for a turn until the end of the hop {@code last}.
   */
  static long micros(List<Hop> hops, String last) {
    long sum = 0;
    for (Hop hop : hops) {
      sum += QUEUES.contains(hop.getName()) ? 0 : hop.getMicros();
      if (hop.getName().equals(last)) {
        return sum;
      }
    }
    throw new IllegalArgumentException("the daemon timed no hop " + last + ": " + hops);
  }

  private static void firstClientCall(VmHandle vm, Figures figures) {
    long start = System.nanoTime();
    try (GuestAgent agent = vm.agent(deadline())) {
      agent.identity(16, deadline());
    }
    figures.add("client: first own call", (System.nanoTime() - start) / 1000);
  }

  private void measureMemory(FactoryClient client, VmHandle vm) {
    client.daemon().status(true, deadline()).getVmsList().stream()
        .filter(v -> v.getId().equals(vm.vm().getId()))
        .forEach(
            v -> {
              guestPrivateKib = Math.max(guestPrivateKib, v.getMemory().getGuestPrivateKib());
              privateKib = Math.max(privateKib, v.getMemory().getPrivateKib());
            });
  }

  private String report(GetStatusResponse status, Template template) throws IOException {
    double overFloor = (double) clone.median(ANSWERED) / floor.median(TOTAL);
    double speedUp = (double) direct.median(ANSWERED) / clone.median(ANSWERED);
    List<String> out = new ArrayList<>();
    out.add(Host.line(status));
    out.add("milliseconds                    median      p99  count");
    out.add("direct boot (route COLD)\n" + direct.table());
    out.add("clone (route TEMPLATE)\n" + clone.table());
    out.add("floor: the same clone by hand, without a daemon\n" + floor.table());
    out.add(Promise.atMost("clone over floor", overFloor, "x", 1.25).line());
    out.add(Promise.atLeast("direct boot over clone", speedUp, "x", 25).line());
    double mib = guestPrivateKib / 1024.0;
    out.add(Promise.atMost("private guest RAM of a clone", mib, "MiB", 4).line());
    out.add("private memory of a clone's process: %.1f MiB".formatted(privateKib / 1024.0));
    out.add(
        "template: %.1f MiB memory, %d KiB device state"
            .formatted(template.getMemoryKib() / 1024.0, template.getStateKib()));
    return String.join("\n", out) + "\n";
  }

  private static GetVmRequest request(Route route) {
    return GetVmRequest.newBuilder().addRoutes(route).build();
  }

  private static Deadline deadline() {
    return Deadline.after(LIMIT);
  }

  private static void progress(String what) {
    System.err.println("bench: " + what);
  }
}
