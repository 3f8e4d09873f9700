package io.vmfactory.bench.cases;

import io.vmfactory.api.v1.GetVmRequest;
import io.vmfactory.api.v1.Route;
import io.vmfactory.api.v1.SnapshotVmRequest;
import io.vmfactory.bench.report.CaseSettings;
import io.vmfactory.bench.report.Recorder;
import io.vmfactory.client.VmHandle;
import io.vmfactory.configs.host.OwnUser;
import io.vmfactory.configs.time.WallClock;
import io.vmfactory.guest.GuestAgent;
import io.vmfactory.guest.GuestIdentity;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * Compares VMs of one template that exist at the same time: what any two of them share, and how
 * exact their clocks are. Looks from inside containers too.
 */
final class UniqueCase implements BenchCase {
  /** Shells come first, since each warm VM taken is replaced by one made from a shell. */
  private static final List<Route> ROUTES = List.of(Route.SHELL, Route.WARM, Route.TEMPLATE);

  private static final List<Route> INSIDE =
      List.of(Route.SHELL, Route.WARM, Route.TEMPLATE, Route.COLD);

  private static final String NAME = "bench-unique";
  private static final int RANDOM_BYTES = 32;
  private static final int READINGS = 3;
  private static final double NANOS_IN_MILLI = 1e6;

  /**
   * The identity of a VM, and its clock.
   *
   * @param offMillis offset from the host's clock, half way between question and answer; above 0 is
   *     fast
   * @param inexactMillis half the time from question to answer: the possible error of the offset
   */
  private record Reading(GuestIdentity identity, double offMillis, double inexactMillis) {}

  @Override
  public String name() {
    return "unique";
  }

  @Override
  public String summary() {
    return "VMs by every route, forks and snapshots, compared in pairs; their clocks at the"
        + " hand-out";
  }

  /** Returns settings whose iterations are VMs per route. */
  @Override
  public CaseSettings control(Scale scale) {
    return CaseSettings.of(scale.pick(10, 4, 1), 0, Duration.ofMinutes(10));
  }

  @Override
  public void run(Bench bench, CaseSettings control, Recorder out) throws IOException {
    int each = control.iterations();
    bench.keep(each, each);
    List<VmHandle> vms = new ArrayList<>();
    List<Reading> readings = new ArrayList<>();
    try {
      for (Route route : ROUTES) {
        bench.progress(each + " VMs by route " + route);
        for (int i = 0; i < each; i++) {
          vms.add(bench.get(route));
          readings.add(look(bench, vms.get(vms.size() - 1)));
        }
      }
      bench.progress(each + " forks and " + each + " clones of a snapshot");
      int first = vms.size();
      copies(bench, each, vms);
      vms.stream().skip(first).forEach(vm -> readings.add(look(bench, vm)));
    } finally {
      vms.forEach(VmHandle::close);
    }
    report(readings, out);
    inside(bench, each, out);
    bench.keep(0, 0);
    addresses(bench, each, out);
  }

  /**
   * Adds a VM, forks of it, a fork of a fork, and clones of a snapshot of it. None is looked at
   * before all are there: the kernel makes its boot id when it is read first, and a copy made
   * afterwards has the same.
   */
  private static void copies(Bench bench, int each, List<VmHandle> vms) {
    VmHandle source = bench.get(Route.TEMPLATE);
    vms.add(source);
    fork(bench, source, each, vms);
    fork(bench, vms.get(vms.size() - 1), 1, vms);
    SnapshotVmRequest request =
        SnapshotVmRequest.newBuilder().setLeaseId(source.lease().getId()).setName(NAME).build();
    bench.client().templates().snapshot(request, bench.deadline());
    try {
      GetVmRequest clone =
          GetVmRequest.newBuilder().setTemplate(NAME).addRoutes(Route.TEMPLATE).build();
      for (int i = 0; i < each; i++) {
        vms.add(bench.client().getVm(clone, bench.deadline()));
      }
    } finally {
      bench.client().templates().delete(NAME, bench.deadline());
    }
  }

  private static void fork(Bench bench, VmHandle source, int count, List<VmHandle> vms) {
    String lease = source.lease().getId();
    bench
        .client()
        .leases()
        .fork(lease, count, null, "bench", bench.deadline())
        .getForksList()
        .forEach(fork -> vms.add(bench.client().handle(fork)));
  }

  private static void inside(Bench bench, int each, Recorder out) throws IOException {
    try (InsideViews views = new InsideViews(bench)) {
      for (Route route : INSIDE) {
        bench.progress("containers in " + each + " VMs by route " + route);
        for (int i = 0; i < each; i++) {
          views.look(route);
        }
      }
      bench.progress("containers in " + each + " forks and " + each + " clones of a snapshot");
      views.lookAtForks(each);
      views.lookAtClones(each);
      out.gauge("VMs compared from inside containers", "VMs", views.count());
      out.finding("unique-inside", views.sharing());
    }
  }

  /** Only root can have NICs. */
  private static void addresses(Bench bench, int each, Recorder out) throws IOException {
    if (!OwnUser.isRoot()) {
      out.note("MAC addresses were not compared: only root can have NICs.");
      return;
    }
    bench.progress(each + " VMs with a NIC");
    try (NicAddresses addresses = new NicAddresses(bench)) {
      addresses.look(each);
      out.gauge("MAC addresses compared", "VMs", addresses.count());
      out.finding("unique-mac", addresses.sharing());
    }
  }

  /** Returns the quickest of several readings, which is the most exact one. */
  private static Reading look(Bench bench, VmHandle vm) {
    try (GuestAgent agent = vm.agent(bench.deadline())) {
      Reading best = ask(bench, agent);
      for (int i = 1; i < READINGS; i++) {
        Reading next = ask(bench, agent);
        best = next.inexactMillis() < best.inexactMillis() ? next : best;
      }
      return best;
    }
  }

  private static Reading ask(Bench bench, GuestAgent agent) {
    Instant before = WallClock.system().now();
    long start = System.nanoTime();
    GuestIdentity identity = agent.identity(RANDOM_BYTES, bench.deadline());
    long half = (System.nanoTime() - start) / 2;
    double off = Duration.between(before.plusNanos(half), identity.clock()).toNanos();
    return new Reading(identity, off / NANOS_IN_MILLI, half / NANOS_IN_MILLI);
  }

  private static void report(List<Reading> readings, Recorder out) {
    double off = readings.stream().mapToDouble(r -> Math.abs(r.offMillis())).max().orElseThrow();
    double inexact = readings.stream().mapToDouble(Reading::inexactMillis).max().orElseThrow();
    out.gauge("VMs compared", "VMs", readings.size());
    out.gauge("largest offset of a clock", "ms", off);
    out.gauge("that offset is exact to, at worst", "ms", inexact);
    out.finding("clock", off);
    out.finding("unique", Identities.sharing(readings.stream().map(Reading::identity).toList()));
    out.note(
        "A clock is read by the first questions to the agent after the hand-out and compared with"
            + " the host's half way between question and answer; nothing is subtracted for the"
            + " way.");
  }
}
