package io.vmfactory.factory.boot;

import io.vmfactory.configs.ErrorText;
import io.vmfactory.configs.VmFactoryConfig;
import io.vmfactory.factory.request.RequestException;
import io.vmfactory.template.TemplateException;
import io.vmfactory.vmm.VmmException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The daemon as a process: from taking the lock to removing the last file. */
public final class Daemon {
  private static final Logger log = LoggerFactory.getLogger(Daemon.class);

  private Daemon() {}

  /**
   * Serves until SIGTERM, SIGINT or a Shutdown call, then stops cleanly. Prints {@code vmfactory
   * ready on <socket>} on stdout when clients can connect. After a signal it does not return, but
   * ends the JVM with the exit code.
   *
   * @param configFile file that {@code config} was read from; null means the built-in defaults
   * @param options how it ends
   * @return exit code: 0 = stopped cleanly, 1 = could not start (the reason is on stderr) or stop
   */
  public static int run(VmFactoryConfig config, @Nullable Path configFile, ServeOptions options) {
    StopSignal stop = options.signal();
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
      System.err.println("vmfactory: " + ErrorText.of(e));
      log.debug("the daemon could not start", e);
      return 1;
    } catch (RuntimeException | Error e) {
      System.err.println("vmfactory: the daemon failed: " + ErrorText.of(e));
      log.error("the daemon failed", e);
      return 1;
    }
  }
}
