package io.vmfactory.bench.cases;

import io.vmfactory.api.v1.ResumeVmResponse;
import io.vmfactory.api.v1.Route;
import io.vmfactory.api.v1.SuspendVmRequest;
import io.vmfactory.api.v1.SuspendVmResponse;
import io.vmfactory.bench.report.Boundary;
import io.vmfactory.bench.report.CaseSettings;
import io.vmfactory.bench.report.Recorder;
import io.vmfactory.client.VmHandle;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/**
 * Measures how long a suspended VM takes until it answers again, beside a clone, and what it costs
 * meanwhile.
 */
final class SuspendCase implements BenchCase {
  private static final String RESUMED = Route.RESUMED.name();
  private static final String TEMPLATE = Route.TEMPLATE.name();
  private static final String SUSPENDED = "suspend";

  private int processes;
  private double mostOnDisk;

  @Override
  public String name() {
    return "suspend";
  }

  @Override
  public String summary() {
    return "a clone, and a clone that is suspended and resumed, alternating";
  }

  @Override
  public CaseSettings control(Scale scale) {
    return CaseSettings.of(scale.pick(60, 15, 1), scale.pick(3, 2, 0), Duration.ofMinutes(10));
  }

  @Override
  public void run(Bench bench, CaseSettings control, Recorder out) throws IOException {
    processes = 0;
    mostOnDisk = 0;
    bench.rounds(
        control,
        out,
        "clone, suspend and resume",
        samples -> {
          TimedVm.make(bench, Route.TEMPLATE, samples).close();
          suspended(bench, samples);
        });
    out.floor(RESUMED, TimedVm.ANSWERED, TEMPLATE, TimedVm.ANSWERED);
    out.finding(
        "resume-over-clone",
        (double) out.median(RESUMED, TimedVm.ANSWERED) / out.median(TEMPLATE, TimedVm.ANSWERED));
    out.finding("suspended-disk", mostOnDisk);
    out.finding("suspended-processes", processes);
  }

  private void suspended(Bench bench, Recorder out) {
    VmHandle vm = bench.get(Route.TEMPLATE);
    String lease = vm.lease().getId();
    SuspendVmRequest request = SuspendVmRequest.newBuilder().setLeaseId(lease).build();
    long begun = System.nanoTime();
    SuspendVmResponse done = bench.client().leases().suspend(request, bench.deadline());
    out.sample(SUSPENDED, TimedVm.READY, Boundary.READY, (System.nanoTime() - begun) / 1000);
    done.getHopsList()
        .forEach(hop -> out.sample(SUSPENDED, hop.getName(), Boundary.STEP, hop.getMicros()));
    cost(bench, vm, done);
    begun = System.nanoTime();
    ResumeVmResponse resumed = bench.client().leases().resume(lease, null, bench.deadline());
    out.sample(RESUMED, TimedVm.READY, Boundary.READY, (System.nanoTime() - begun) / 1000);
    out.sample(
        RESUMED, TimedVm.ANSWERED, Boundary.AGENT_ANSWERS, TimedVm.answered(resumed.getHopsList()));
    resumed
        .getHopsList()
        .forEach(hop -> out.sample(RESUMED, hop.getName(), Boundary.STEP, hop.getMicros()));
    bench.client().leases().release(lease, bench.deadline());
    vm.letGo();
  }

  /** A process of the VM would be a cost of memory too. */
  private void cost(Bench bench, VmHandle vm, SuspendVmResponse done) {
    processes += Files.exists(Path.of("/proc", Integer.toString(vm.vm().getPid()))) ? 1 : 0;
    int state =
        bench.client().daemon().status(false, bench.deadline()).getTemplatesList().stream()
            .filter(template -> template.getKey().equals(vm.vm().getTemplateKey()))
            .findFirst()
            .orElseThrow()
            .getStateKib();
    double onDisk = done.getSuspended().getDiskKib();
    mostOnDisk = Math.max(mostOnDisk, onDisk / (done.getWrittenKib() + state));
  }
}
