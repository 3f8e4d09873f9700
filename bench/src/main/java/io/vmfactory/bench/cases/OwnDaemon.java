package io.vmfactory.bench.cases;

import io.vmfactory.bench.daemon.DaemonHome;
import io.vmfactory.bench.daemon.DaemonProcess;
import io.vmfactory.bench.daemon.RunningVm;
import io.vmfactory.client.FactoryClient;
import io.vmfactory.configs.time.Deadline;
import io.vmfactory.configs.time.Uninterrupted;
import java.io.IOException;
import java.time.Duration;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A case's own seat for daemons, one after the other, with the shared daemon's template. Closing it
 * ends the last one and whatever VM is left, and removes its folders.
 */
final class OwnDaemon implements AutoCloseable {
  private static final Duration WAY_OUT = Duration.ofSeconds(60);

  private final Bench bench;
  private final DaemonHome home;
  private DaemonProcess process;

  /** With a daemon that serves, configured as in {@link DaemonHome#make}. */
  OwnDaemon(Bench bench, String settings) throws IOException {
    this.bench = bench;
    home = DaemonHome.make(bench.launcher(), settings);
    home.link(bench.daemon().home(), bench.template().getKey());
    process = home.start();
    try {
      awaitReady();
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  DaemonHome home() {
    return home;
  }

  DaemonProcess process() {
    return process;
  }

  /** A client of it, which finds its successors, too. */
  FactoryClient client() {
    return FactoryClient.open(home.socket());
  }

  /** SIGKILL; it has ended when this returns. */
  void kill() {
    process.kill();
    awaitEnd();
  }

  /** SIGTERM; it has ended when this returns. */
  void stop() {
    process.terminate();
    awaitEnd();
  }

  /** Waits until it has ended, whoever told it to. */
  void awaitEnd() {
    bench.deadline().await(process.ended(), "the daemon to end, pid " + process.pid());
  }

  /** The next one, when the one before has ended; it serves when this returns. */
  void start() throws IOException {
    process = home.start();
    awaitReady();
  }

  private void awaitReady() {
    bench.deadline().await(process.ready(), "the daemon to be ready");
  }

  /** Ids of the VMs whose processes run. */
  Set<String> vms() {
    return RunningVm.of(home.vms()).stream().map(RunningVm::vm).collect(Collectors.toSet());
  }

  /** Done to its end even when the case's own time is over. */
  @Override
  public void close() {
    Uninterrupted.run(this::end);
  }

  private void end() {
    Deadline deadline = Deadline.after(WAY_OUT);
    process.terminate();
    deadline.await(process.ended(), "the daemon to end, pid " + process.pid());
    RunningVm.of(home.vms()).forEach(vm -> vm.kill(deadline));
    home.close();
  }
}
