package io.vmfactory.factory.boot;

import io.vmfactory.configs.VmFactoryConfig;
import io.vmfactory.factory.request.RequestException;
import io.vmfactory.template.TemplateException;
import io.vmfactory.vmm.VmmException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The daemon as a process: from the lock to the last file removed. */
public final class Daemon {
  private static final Logger log = LoggerFactory.getLogger(Daemon.class);

  private Daemon() {}

  /**
   * Serves until SIGTERM, SIGINT or a Shutdown call, then stops cleanly. Prints {@code vmfactory
   * ready on <socket>} on stdout when clients can connect. On a signal it does not return: it ends
   * the JVM with the exit code.
   *
   * @param configFile where {@code config} came from; null = built-in defaults
   * @param keepVms leave leased VMs running at the end
   * @return exit code: 0 = stopped cleanly, 1 = could not start (the reason is on stderr) or stop
   */
  public static int run(VmFactoryConfig config, @Nullable Path configFile, boolean keepVms) {
    StopSignal stop = new StopSignal(keepVms);
    stop.listen();
    int exitCode = 1;
    try {
      exitCode = serve(config, configFile, stop);
    } finally {
      stop.stopped(exitCode);
    }
    return exitCode;
  }

  private static int serve(VmFactoryConfig config, @Nullable Path configFile, StopSignal stop) {
    Systemd systemd = Systemd.of(System.getenv());
    try (DaemonLock lock = DaemonLock.take(RunDir.prepare(config.daemon()));
        Wiring wiring = Wiring.start(config, configFile, stop)) {
      System.out.println("vmfactory ready on " + wiring.socket());
      systemd.ready("serving on " + wiring.socket());
      wiring.watch(systemd);
      stop.await();
      log.info("stopping");
      systemd.stopping(stop.keepsVms() ? "stopping, VMs are kept" : "stopping, VMs are ended");
      wiring.stop(stop.keepsVms());
      return 0;
    } catch (StartException
        | RequestException
        | TemplateException
        | VmmException
        | UncheckedIOException e) {
      System.err.println("vmfactory: " + e.getMessage());
      log.debug("not started", e);
      return 1;
    } catch (RuntimeException | Error e) {
      System.err.println("vmfactory: the daemon failed: " + e);
      log.error("the daemon failed", e);
      return 1;
    }
  }
}
