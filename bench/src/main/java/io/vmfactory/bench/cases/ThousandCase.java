package io.vmfactory.bench.cases;

import io.vmfactory.api.v1.GetVmRequest;
import io.vmfactory.api.v1.Route;
import io.vmfactory.bench.report.Boundary;
import io.vmfactory.bench.report.CaseSettings;
import io.vmfactory.bench.report.Recorder;
import io.vmfactory.client.FactoryClient;
import io.vmfactory.client.VmHandle;
import io.vmfactory.harness.daemon.Quiet;
import io.vmfactory.harness.scripted.ScriptedDaemon;
import java.io.IOException;
import java.time.Duration;

/** Measures the daemon itself while a thousand VMs wait; the VMs are scripted and cost nothing. */
final class ThousandCase implements BenchCase {
  private static final int VMS = 1000;
  private static final String COLD = "daemon that has just started";
  private static final String USED = "daemon that has served before";
  private static final double MICROS_IN_MILLI = 1000;

  @Override
  public String name() {
    return "thousand";
  }

  @Override
  public String summary() {
    return "requests for a warm VM out of 1000, on a scripted hypervisor, over the real socket";
  }

  @Override
  public CaseSettings control(Scale scale) {
    return CaseSettings.of(
        scale.pick(VMS, VMS / 4, VMS / 50),
        scale.pick(VMS, VMS / 4, VMS / 50),
        Duration.ofMinutes(5));
  }

  @Override
  public void run(Bench bench, CaseSettings control, Recorder out) throws IOException {
    try (ScriptedDaemon daemon = ScriptedDaemon.start(VMS);
        FactoryClient client = FactoryClient.open(daemon.socket())) {
      bench.progress("until %d scripted VMs wait".formatted(VMS));
      Quiet.await(client, bench.deadline());
      requests(bench, client, COLD, control.warmUp(), out);
      Quiet.await(client, bench.deadline());
      requests(bench, client, USED, control.iterations(), out);
    }
    if (control.warmUp() > 0) {
      out.gauge("p99, " + COLD, "ms", out.percentile(COLD, TimedVm.READY, 99) / MICROS_IN_MILLI);
    }
    out.finding("thousand-p99", out.percentile(USED, TimedVm.READY, 99) / MICROS_IN_MILLI);
    out.note(
        "One client, one VM at a time, released before the next; first %d requests to a daemon that"
                .formatted(control.warmUp())
            + " has just started, then the %d that are measured.".formatted(control.iterations()));
  }

  private static void requests(
      Bench bench, FactoryClient client, String subject, int times, Recorder out)
      throws IOException {
    for (int i = 1; i <= times; i++) {
      bench.progress(i, times, subject);
      long start = System.nanoTime();
      try (VmHandle vm = client.getVm(GetVmRequest.getDefaultInstance(), bench.deadline())) {
        out.sample(subject, TimedVm.READY, Boundary.READY, (System.nanoTime() - start) / 1000);
        if (vm.granted().getRoute() != Route.WARM) {
          throw new IOException("no warm VM: " + vm.granted().getRouteReason());
        }
      }
    }
  }
}
