package io.vmfactory.bench.cases;

import io.vmfactory.bench.commands.TimedCommand;
import io.vmfactory.bench.report.CaseSettings;
import io.vmfactory.bench.report.Curve;
import io.vmfactory.bench.report.Curve.Point;
import io.vmfactory.bench.report.Recorder;
import io.vmfactory.harness.daemon.DaemonProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToLongFunction;

/** Measures the memory of waiting VMs, and that of the daemon for each of them. */
final class DensityCase implements BenchCase {
  private static final double KIB_IN_MIB = 1024;

  /** Share of the host's memory that must stay free; below it no further VMs are added. */
  private static final double LEFT = 0.25;

  @Override
  public String name() {
    return "density";
  }

  @Override
  public String summary() {
    return "idle VMs, added until as many as wanted wait or a quarter of the memory is left";
  }

  /** Returns settings whose iterations are VMs. */
  @Override
  public CaseSettings control(Scale scale) {
    return CaseSettings.of(scale.pick(32, 8, 2), 0, Duration.ofMinutes(10));
  }

  @Override
  public void run(Bench bench, CaseSettings control, Recorder out) throws IOException {
    DaemonProcess daemon = bench.daemon().process();
    bench.keep(0, 0);
    long none = resident(bench, daemon);
    out.gauge("daemon in RAM, no VM", "MiB", none / KIB_IN_MIB);
    out.finding("daemon-idle", none / KIB_IN_MIB);
    List<IdleVms> steps = new ArrayList<>();
    int vms = 0;
    for (int next : sizes(control.iterations())) {
      if (memoryLeft() < LEFT) {
        out.note("%d VMs, not %d: memory is short".formatted(vms, control.iterations()));
        break;
      }
      vms = next;
      bench.progress(vms, control.iterations() + 1, "idle VMs");
      bench.keep(vms, 0);
      steps.add(IdleVms.of(bench));
      if (vms == control.iterations() / 2) {
        out.gauge(
            "daemon in RAM, %d VMs".formatted(vms), "MiB", resident(bench, daemon) / KIB_IN_MIB);
      }
    }
    long all = resident(bench, daemon);
    out.gauge("daemon in RAM, %d VMs".formatted(vms), "MiB", all / KIB_IN_MIB);
    out.finding("daemon-per-vm", Math.max(0, (double) (all - none) / vms));
    curves(steps, out);
    eachOf(steps.get(steps.size() - 1), out);
    shells(bench, out);
    bench.keep(0, 0);
  }

  /** Returns 1, 2, 4 and so on, half of all, all. */
  static List<Integer> sizes(int all) {
    List<Integer> sizes = new ArrayList<>();
    for (int size = 1; size < all; size *= 2) {
      if (size < all / 2) {
        sizes.add(size);
      }
    }
    if (all > 1) {
      sizes.add(all / 2);
    }
    sizes.add(all);
    return sizes;
  }

  private static void curves(List<IdleVms> steps, Recorder out) {
    curve(steps, "shares of all (PSS)", Smaps::pssKib, out);
    curve(steps, "private", Smaps::privateKib, out);
    curve(steps, "shared, as each has it mapped", Smaps::sharedKib, out);
    curve(steps, "guest RAM of their own", Smaps::ownGuestKib, out);
  }

  private static void curve(
      List<IdleVms> steps, String name, ToLongFunction<Smaps> kib, Recorder out) {
    List<Point> points =
        steps.stream().map(vms -> new Point(vms.each().size(), vms.sumMib(kib), "")).toList();
    out.curve(new Curve("memory held by idle VMs", name, "VMs", "MiB", points));
  }

  private static void eachOf(IdleVms vms, Recorder out) {
    out.gauge("a warm VM: private", "MiB", vms.medianMib(Smaps::privateKib));
    out.gauge("a warm VM: shared", "MiB", vms.medianMib(Smaps::sharedKib));
    out.gauge("a warm VM: share of all (PSS)", "MiB", vms.medianMib(Smaps::pssKib));
    out.gauge("a warm VM: guest RAM of its own", "MiB", vms.medianMib(Smaps::ownGuestKib));
    out.finding("clone-guest-ram", vms.medianMib(Smaps::ownGuestKib));
    out.finding("clone-process", vms.medianMib(Smaps::privateKib));
    out.note(
        "Figures of a warm VM are medians of %d. A page of the template that only one VM has"
                .formatted(vms.each().size())
            + " mapped counts as that VM's own, so with few VMs each seems to hold more.");
  }

  private static void shells(Bench bench, Recorder out) throws IOException {
    bench.keep(0, 2);
    IdleVms shells = IdleVms.of(bench);
    out.gauge("a shell: private", "MiB", shells.medianMib(Smaps::privateKib));
    out.gauge("a shell: share of all (PSS)", "MiB", shells.medianMib(Smaps::pssKib));
  }

  /** Returns a daemon's memory in RAM after a garbage collection, in KiB. */
  static long resident(Bench bench, DaemonProcess daemon) throws IOException {
    String jcmd = Path.of(System.getProperty("java.home"), "bin/jcmd").toString();
    TimedCommand.run(List.of(jcmd, Long.toString(daemon.pid()), "GC.run"), bench.deadline());
    return daemon.residentKib();
  }

  /** Returns the share of the host's memory that is available. */
  private static double memoryLeft() throws IOException {
    double all = 1;
    double available = 0;
    for (String line : Files.readAllLines(Path.of("/proc/meminfo"))) {
      if (line.startsWith("MemTotal:")) {
        all = Long.parseLong(line.replaceAll("\\D", ""));
      } else if (line.startsWith("MemAvailable:")) {
        available = Long.parseLong(line.replaceAll("\\D", ""));
      }
    }
    return available / all;
  }
}
