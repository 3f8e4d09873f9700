package io.vmfactory.bench.cases;

import io.vmfactory.api.v1.DriveMode;
import io.vmfactory.api.v1.GetVmRequest;
import io.vmfactory.api.v1.Route;
import io.vmfactory.bench.daemon.Quiet;
import io.vmfactory.bench.daemon.RunningVm;
import io.vmfactory.bench.report.Control;
import io.vmfactory.bench.report.Recorder;
import io.vmfactory.client.FactoryClient;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** A daemon with VMs of every kind ends, in one of three ways; then the host is searched. */
final class LeftoversCase implements BenchCase {
  private static final String SETTINGS =
      """
      [pool]
      vm_cache_number = 2
      shell_number = 1
      """;
  private static final long DRIVE_BYTES = 1 << 20;

  /** How a daemon ends. */
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

  /** Each iteration ends a daemon in another way. */
  @Override
  public Control control(Scale scale) {
    return Control.of(scale.pick(6, 3, 1), 0, Duration.ofMinutes(10));
  }

  @Override
  public void run(Bench bench, Control control, Recorder out) throws IOException {
    List<String> left = new ArrayList<>();
    for (int i = 0; i < control.iterations(); i++) {
      bench.progress(i + 1, control.iterations(), "a daemon, and what is left of it");
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
      left.addAll(HostThings.of(home));
      left.addAll(HostThings.running(own));
      left.addAll(HostThings.files(daemon.home().runDir(), daemon.home().vms()));
      return left.stream().distinct().toList();
    }
  }

  /** VMs that wait, two that are leased, one of which has a drive, and one that is killed. */
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

  /** What may outlast a daemon and was there when it had just started, as its template. */
  private static List<String> lasting(OwnDaemon daemon) throws IOException {
    List<String> all = new ArrayList<>(HostThings.sharedMemory());
    all.addAll(HostThings.files(daemon.home().stateDir(), daemon.home().stateDir()));
    return all;
  }
}
