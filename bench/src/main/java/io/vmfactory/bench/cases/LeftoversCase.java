package io.vmfactory.bench.cases;

import io.vmfactory.api.v1.DriveMode;
import io.vmfactory.api.v1.GetVmRequest;
import io.vmfactory.api.v1.Route;
import io.vmfactory.bench.report.CaseSettings;
import io.vmfactory.bench.report.Recorder;
import io.vmfactory.client.FactoryClient;
import io.vmfactory.harness.daemon.Quiet;
import io.vmfactory.harness.daemon.RunningVm;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Ends a daemon with VMs of every kind in one of three ways, then searches the host for leftovers.
 */
final class LeftoversCase implements BenchCase {
  private static final String SETTINGS =
      """
      [pool]
      vm_cache_number = 2
      shell_number = 1
      """;
  private static final long DRIVE_BYTES = 1 << 20;

  /** A way in which a daemon ends. */
  private interface Ending {
    void end(OwnDaemon daemon, FactoryClient client, Bench bench) throws IOException;
  }

  private static final List<Ending> ENDINGS =
      List.of(
          (daemon, client, bench) -> daemon.stop(),
          (daemon, client, bench) -> {
            client.daemon().shutdown(false, bench.deadline());
            daemon.awaitEnd();
          },
          (daemon, client, bench) -> {
            daemon.kill();
            daemon.start();
            daemon.stop();
          });

  @Override
  public String name() {
    return "leftovers";
  }

  @Override
  public String summary() {
    return "what is on the host after a daemon has ended: stopped, shut down, killed and stopped";
  }

  /** Returns settings whose iterations each end a daemon in another way. */
  @Override
  public CaseSettings control(Scale scale) {
    return CaseSettings.of(scale.pick(6, 3, 1), 0, Duration.ofMinutes(10));
  }

  @Override
  public void run(Bench bench, CaseSettings control, Recorder out) throws IOException {
    List<String> left = new ArrayList<>();
    for (int i = 0; i < control.iterations(); i++) {
      bench.progress(i + 1, control.iterations(), "a daemon, and what it leaves");
      left.addAll(round(bench, ENDINGS.get(i % ENDINGS.size())));
    }
    left.forEach(thing -> out.note("left: " + thing));
    out.finding("leftovers", left.size());
    out.note(
        "%d daemons ended, each with idle and leased VMs, a drive, and one VM killed before."
                .formatted(control.iterations())
            + " Searched for: processes that were the daemon's, or name or use its folders (which"
            + " hold its sockets and memory files open), files in run_dir, new files in state_dir,"
            + " mounts, /dev/shm.");
  }

  private static List<String> round(Bench bench, Ending ending) throws IOException {
    try (OwnDaemon daemon = new OwnDaemon(bench, SETTINGS);
        FactoryClient client = daemon.client()) {
      Path home = daemon.home().folder();
      Path drive = daemon.home().scratch().resolve("drive");
      try (RandomAccessFile file = new RandomAccessFile(drive.toFile(), "rw")) {
        file.setLength(DRIVE_BYTES);
      }
      List<String> before = lasting(daemon);
      use(bench, daemon, client, drive);
      List<ProcessHandle> own = own(daemon);
      ending.end(daemon, client, bench);
      List<String> left = new ArrayList<>(lasting(daemon));
      left.removeAll(before);
      left.addAll(HostLeftovers.of(home));
      left.addAll(HostLeftovers.running(own));
      left.addAll(HostLeftovers.files(daemon.home().runDir(), daemon.home().vms()));
      return left.stream().distinct().toList();
    }
  }

  /**
   * Uses the daemon: VMs that wait, two that are leased, one of them with a drive, and one that is
   * killed.
   */
  private static void use(Bench bench, OwnDaemon daemon, FactoryClient client, Path drive) {
    Quiet.await(client, bench.deadline());
    RunningVm.of(daemon.home().vms()).get(0).kill(bench.deadline());
    for (Route route : List.of(Route.TEMPLATE, Route.WARM)) {
      client
          .getVm(GetVmRequest.newBuilder().addRoutes(route).build(), bench.deadline())
          .attachDrive(drive, DriveMode.OVERLAY, bench.deadline());
    }
  }

  private static List<ProcessHandle> own(OwnDaemon daemon) {
    Stream<ProcessHandle> vms = RunningVm.of(daemon.home().vms()).stream().map(RunningVm::handle);
    Stream<ProcessHandle> helpers =
        ProcessHandle.of(daemon.process().pid()).stream().flatMap(ProcessHandle::descendants);
    return Stream.concat(vms, helpers).toList();
  }

  /**
   * Returns what may outlast a daemon and existed when it had just started, such as its template.
   */
  private static List<String> lasting(OwnDaemon daemon) throws IOException {
    List<String> all = new ArrayList<>(HostLeftovers.sharedMemory());
    all.addAll(HostLeftovers.files(daemon.home().stateDir(), daemon.home().stateDir()));
    return all;
  }
}
