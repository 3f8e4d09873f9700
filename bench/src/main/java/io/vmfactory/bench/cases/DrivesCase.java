package io.vmfactory.bench.cases;

import io.vmfactory.api.v1.AttachDriveResponse;
import io.vmfactory.api.v1.DriveMode;
import io.vmfactory.api.v1.Route;
import io.vmfactory.bench.report.Boundary;
import io.vmfactory.bench.report.CaseSettings;
import io.vmfactory.bench.report.Recorder;
import io.vmfactory.client.LeaseCalls;
import io.vmfactory.client.VmHandle;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** Measures attaching a drive to a slot of a running VM, and detaching it. */
final class DrivesCase implements BenchCase {
  private static final long IMAGE_BYTES = 64 << 20;
  private static final List<DriveMode> MODES =
      List.of(DriveMode.READ_ONLY, DriveMode.OVERLAY, DriveMode.WRITABLE);

  @Override
  public String name() {
    return "drives";
  }

  @Override
  public String summary() {
    return "a drive attached to a slot of a running clone and detached again, in each mode";
  }

  @Override
  public CaseSettings control(Scale scale) {
    return CaseSettings.of(scale.pick(100, 20, 1), scale.pick(5, 2, 0), Duration.ofMinutes(10));
  }

  @Override
  public void run(Bench bench, CaseSettings control, Recorder out) throws IOException {
    Path image = bench.daemon().home().scratch().resolve("image");
    try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
      file.setLength(IMAGE_BYTES);
    }
    try (VmHandle vm = bench.get(Route.TEMPLATE)) {
      vm.keepAlive();
      bench.rounds(
          control,
          out,
          "attach and detach in each mode",
          samples -> {
            for (DriveMode mode : MODES) {
              inAndOut(bench, vm.lease().getId(), image, mode, samples);
            }
          });
    }
  }

  private static void inAndOut(
      Bench bench, String lease, Path image, DriveMode mode, Recorder out) {
    LeaseCalls leases = bench.client().leases();
    final long begun = System.nanoTime();
    AttachDriveResponse reply = leases.attachDrive(lease, image, mode, bench.deadline());
    final long attached = System.nanoTime();
    leases.detachDrive(lease, reply.getDrive().getId(), bench.deadline());
    final long detached = System.nanoTime();
    String subject = mode.name();
    out.sample(subject, "attach, in the daemon", Boundary.OTHER, reply.getHops(0).getMicros());
    out.sample(subject, "attach", Boundary.OTHER, (attached - begun) / 1000);
    out.sample(subject, "detach", Boundary.OTHER, (detached - attached) / 1000);
  }
}
