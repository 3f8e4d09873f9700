package io.vmfactory.bench;

import io.vmfactory.bench.cases.Bench;
import io.vmfactory.bench.daemon.DaemonProcess;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * What an idle daemon has in RAM, and how much more with each warm VM that waits. Garbage is
 * collected before each reading.
 */
record IdlePart(int vms) implements Part.Measure {
  @Override
  public Part run(Bench bench) throws IOException {
    bench.progress("idle daemon with 0, %d, %d warm VMs".formatted(vms / 2, vms));
    DaemonProcess daemon = bench.daemon().process();
    long none = resident(bench, daemon, 0);
    long half = resident(bench, daemon, vms / 2);
    long all = resident(bench, daemon, vms);
    double each = Math.max(0, (double) (all - none) / vms);
    return new Part(
        "idle daemon",
        "  RSS with 0, %d and %d warm VMs: %d, %d, %d KiB%n"
            .formatted(vms / 2, vms, none, half, all),
        List.of(
            Promise.atMost("idle daemon, RSS", none / 1024.0, "MiB", 120),
            Promise.atMost("daemon memory per idle VM", each, "KiB", 512)));
  }

  private static long resident(Bench bench, DaemonProcess daemon, int warm) throws IOException {
    bench.keep(warm, 0);
    String jcmd = Path.of(System.getProperty("java.home"), "bin/jcmd").toString();
    Process collect =
        new ProcessBuilder(jcmd, Long.toString(daemon.pid()), "GC.run")
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    bench.deadline().await(collect.onExit(), "jcmd GC.run");
    if (collect.exitValue() != 0) {
      throw new IOException("jcmd GC.run failed: exit " + collect.exitValue());
    }
    return daemon.residentKib();
  }
}
