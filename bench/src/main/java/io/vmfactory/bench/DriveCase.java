package io.vmfactory.bench;

import io.vmfactory.api.v1.AttachDriveResponse;
import io.vmfactory.api.v1.CreateTemplateRequest;
import io.vmfactory.api.v1.DriveMode;
import io.vmfactory.api.v1.GetVmRequest;
import io.vmfactory.bench.daemon.PrivateDaemon;
import io.vmfactory.client.FactoryClient;
import io.vmfactory.client.LeaseCalls;
import io.vmfactory.client.VmHandle;
import io.vmfactory.configs.time.Deadline;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** How long it takes to put a drive into a slot of a running VM, and to take it out again. */
final class DriveCase {
  private static final long IMAGE_BYTES = 64 << 20;
  private static final int WARM_UP = 5;
  private static final List<DriveMode> MODES =
      List.of(DriveMode.READ_ONLY, DriveMode.OVERLAY, DriveMode.WRITABLE);

  private final PrivateDaemon daemon;
  private final int times;
  private final Figures figures = new Figures();

  DriveCase(PrivateDaemon daemon, int times) {
    this.daemon = daemon;
    this.times = times;
  }

  /** Runs it and returns the report. */
  String run() throws IOException {
    Path image = daemon.home().scratch().resolve("image");
    try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
      file.setLength(IMAGE_BYTES);
    }
    try (FactoryClient client = FactoryClient.open(daemon.socket())) {
      client.templates().create(CreateTemplateRequest.getDefaultInstance(), s -> {}, deadline());
      try (VmHandle vm = client.getVm(GetVmRequest.getDefaultInstance(), deadline())) {
        vm.keepAlive();
        measure(client.leases(), vm.lease().getId(), image);
      }
    }
    return "drives in slots, ms: median, 99th percentile, samples\n" + figures.table();
  }

  private void measure(LeaseCalls leases, String lease, Path image) {
    for (int i = -WARM_UP; i < times; i++) {
      for (DriveMode mode : MODES) {
        final long begun = System.nanoTime();
        AttachDriveResponse reply = leases.attachDrive(lease, image, mode, deadline());
        final long attached = System.nanoTime();
        leases.detachDrive(lease, reply.getDrive().getId(), deadline());
        if (i >= 0) {
          figures.add(mode + " attach, in the daemon", reply.getHops(0).getMicros());
          figures.add(mode + " attach, at the client", (attached - begun) / 1000);
          figures.add(mode + " detach, at the client", (System.nanoTime() - attached) / 1000);
        }
      }
    }
  }

  private static Deadline deadline() {
    return Deadline.after(Duration.ofMinutes(2));
  }
}
