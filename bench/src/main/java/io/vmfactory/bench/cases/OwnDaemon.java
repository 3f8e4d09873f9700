package io.vmfactory.bench.cases;

import io.vmfactory.client.FactoryClient;
import io.vmfactory.configs.time.Deadline;
import io.vmfactory.configs.time.Uninterrupted;
import io.vmfactory.harness.daemon.DaemonHome;
import io.vmfactory.harness.daemon.DaemonProcess;
import io.vmfactory.harness.daemon.RunningVm;
import java.io.IOException;
import java.time.Duration;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Daemons of a case's own, one after the other in the same folders, with the shared daemon's
 * template. Closing ends the last daemon and every VM that is left, and removes the folders.
 */
final class OwnDaemon implements AutoCloseable {
  private static final Duration WAY_OUT = Duration.ofSeconds(60);

  private final Bench bench;
  private final DaemonHome home;
  private DaemonProcess process;

  /** Starts a daemon, configured as in {@link DaemonHome#make}; it serves when this returns. */
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

  /** Returns a client, which also finds the daemons started later. */
  FactoryClient client() {
    return FactoryClient.open(home.socket());
  }

  /** Kills the daemon with SIGKILL; it has ended when this returns. */
  void kill() {
    process.kill();
    awaitEnd();
  }

  /** Stops the daemon with SIGTERM; it has ended when this returns. */
  void stop() {
    process.terminate();
    awaitEnd();
  }

  /** Waits until the daemon has ended, however it was stopped. */
  void awaitEnd() {
    bench.deadline().await(process.ended(), "the daemon to end, pid " + process.pid());
  }

  /** Starts the next daemon once the previous one has ended; it serves when this returns. */
  void start() throws IOException {
    process = home.start();
    awaitReady();
  }

  private void awaitReady() {
    bench.deadline().await(process.ready(), "the daemon to be ready");
  }

  /** Returns the ids of the VMs whose processes run. */
  Set<String> vms() {
    return RunningVm.of(home.vms()).stream().map(RunningVm::vm).collect(Collectors.toSet());
  }

  /** Ends everything, even if the case's time limit has passed. */
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
