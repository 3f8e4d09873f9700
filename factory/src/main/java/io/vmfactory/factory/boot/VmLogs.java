package io.vmfactory.factory.boot;

import io.vmfactory.linux.LogFile;
import io.vmfactory.vmm.VmFolder;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Bounds what VMs print: a guest that writes to its console for ever would otherwise fill run_dir,
 * which lies in memory. Only the end of each log is kept.
 *
 * @param vms the folder of the VMs' folders
 */
record VmLogs(Path vms) {
  private static final Logger LOG = LoggerFactory.getLogger(VmLogs.class);

  /** As much as a console can print meanwhile is kept in addition. */
  private static final Duration EVERY = Duration.ofSeconds(10);

  /** Many times what a guest prints while it boots. */
  static final long KEPT_BYTES = 1 << 20;

  void boundFrom(ScheduledExecutorService timers) {
    long seconds = EVERY.toSeconds();
    var unused = timers.scheduleWithFixedDelay(this::bound, seconds, seconds, TimeUnit.SECONDS);
  }

  /** Throws nothing: a VM can end at any moment, and the others count too. */
  void bound() {
    try (DirectoryStream<Path> all = Files.newDirectoryStream(vms)) {
      for (Path path : all) {
        VmFolder folder = new VmFolder(path);
        List.of(folder.consoleLog(), folder.vmmLog()).forEach(VmLogs::bound);
      }
    } catch (IOException | RuntimeException e) {
      LOG.warn("cannot bound the logs of VMs in {}: {}", vms, e.getMessage());
    }
  }

  private static void bound(Path log) {
    try {
      LogFile.keepEnd(log, KEPT_BYTES);
    } catch (IOException e) {
      LOG.debug("cannot bound {}", log, e);
    }
  }
}
