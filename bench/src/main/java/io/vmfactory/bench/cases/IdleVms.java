package io.vmfactory.bench.cases;

import io.vmfactory.harness.daemon.DaemonHome;
import io.vmfactory.harness.daemon.RunningVm;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToLongFunction;

/**
 * The memory of the VMs that wait.
 *
 * @param each memory of each of them
 */
record IdleVms(List<Smaps> each) {
  private static final double KIB_IN_MIB = 1024;

  /** Measures the idle VMs of the shared daemon, which is at rest. */
  static IdleVms of(Bench bench) throws IOException {
    return of(bench.daemon().home());
  }

  /** Measures the idle VMs of a daemon that is at rest. */
  static IdleVms of(DaemonHome home) throws IOException {
    List<Smaps> each = new ArrayList<>();
    for (RunningVm vm : RunningVm.of(home.vms())) {
      each.add(Smaps.of(vm.handle().pid()));
    }
    return new IdleVms(each);
  }

  /** Returns the sum over all of them, in MiB. */
  double sumMib(ToLongFunction<Smaps> kib) {
    return each.stream().mapToLong(kib).sum() / KIB_IN_MIB;
  }

  /** Returns the median, in MiB; there is at least one VM. */
  double medianMib(ToLongFunction<Smaps> kib) {
    long[] sorted = each.stream().mapToLong(kib).sorted().toArray();
    return sorted[sorted.length / 2] / KIB_IN_MIB;
  }

  /**
   * Returns the memory, in MiB, that the host would gain without them: their proportional shares,
   * and the template's memory once, which exists as long as VMs are to be made from it.
   *
   * @param templateMib the template's memory in MiB
   */
  double heldMib(double templateMib) {
    return sumMib(Smaps::pssKib) - sumMib(Smaps::templateKib) + templateMib;
  }
}
