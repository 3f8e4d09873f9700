package io.vmfactory.harness.daemon;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.configs.time.Uninterrupted;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** A running daemon with a home of its own. Closing it ends its VMs and removes its folders. */
public final class PrivateDaemon implements AutoCloseable {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  private final DaemonHome home;
  private final DaemonProcess process;

  private PrivateDaemon(DaemonHome home, DaemonProcess process) {
    this.home = home;
    this.process = process;
  }

  /**
   * Starts a daemon and waits until it is ready. The parameters are those of {@link
   * DaemonHome#make}.
   */
  public static PrivateDaemon start(List<String> command, String settings) throws IOException {
    DaemonHome home = DaemonHome.make(command, settings);
    PrivateDaemon daemon = new PrivateDaemon(home, home.start());
    try {
      Deadline.after(LIMIT).await(daemon.process.ready(), "the daemon to be ready");
      return daemon;
    } catch (RuntimeException e) {
      daemon.close();
      throw e;
    }
  }

  public Path socket() {
    return home.socket();
  }

  public DaemonHome home() {
    return home;
  }

  public DaemonProcess process() {
    return process;
  }

  /** Ends the daemon, which ends its VMs, and removes the folders. */
  @Override
  public void close() {
    Uninterrupted.run(this::end);
  }

  private void end() {
    process.terminate();
    Deadline.after(LIMIT).await(process.ended(), "the daemon to end, pid " + process.pid());
    home.close();
  }
}
