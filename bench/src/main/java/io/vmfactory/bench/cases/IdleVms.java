package io.vmfactory.bench.cases;

import io.vmfactory.bench.daemon.RunningVm;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToLongFunction;

/**
 * What the VMs that wait hold.
 *
 * @param each of every one of them
 */
record IdleVms(List<Smaps> each) {
  private static final double KIB_IN_MIB = 1024;

  /** Of the shared daemon, which is at rest. */
  static IdleVms of(Bench bench) throws IOException {
    List<Smaps> each = new ArrayList<>();
    for (RunningVm vm : RunningVm.of(bench.daemon().home().vms())) {
      each.add(Smaps.of(vm.handle().pid()));
    }
    return new IdleVms(each);
  }

  /** All of them together, in MiB. */
  double sumMib(ToLongFunction<Smaps> kib) {
    return each.stream().mapToLong(kib).sum() / KIB_IN_MIB;
  }

  /** The one in the middle, in MiB; there is at least one. */
  double medianMib(ToLongFunction<Smaps> kib) {
    long[] sorted = each.stream().mapToLong(kib).sorted().toArray();
    return sorted[sorted.length / 2] / KIB_IN_MIB;
  }

  /**
   * What the host would have if there were none, in MiB: their shares of everything, and the
   * template's memory once, which is there as long as VMs are to be made from it.
   *
   * @param templateMib the template's memory
   */
  double heldMib(double templateMib) {
    return sumMib(Smaps::pssKib) - sumMib(Smaps::templateKib) + templateMib;
  }
}
