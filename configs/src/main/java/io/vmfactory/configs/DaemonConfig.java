package io.vmfactory.configs;

import java.nio.file.Path;
import java.time.Duration;

/**
 * The {@code [daemon]} table of the configuration.
 *
 * @param stateDir folder for what survives a reboot, such as templates
 * @param runDir folder for what does not: socket, lock, folders of VMs
 * @param socketGroup group that may connect, besides the daemon's own user and root; empty means
 *     none
 * @param defaultDeadline deadline of calls that name none
 * @param workers requests served at the same time, 1..4096; further requests wait
 * @param maxVms most VMs at the same time, 1..65536
 */
public record DaemonConfig(
    Path stateDir,
    Path runDir,
    String socketGroup,
    Duration defaultDeadline,
    int workers,
    int maxVms) {
  /** Returns the same with another number of VMs. */
  public DaemonConfig withMaxVms(int other) {
    return new DaemonConfig(stateDir, runDir, socketGroup, defaultDeadline, workers, other);
  }

  /** Returns the path of the socket where clients connect. */
  public Path socket() {
    return runDir.resolve("factory.sock");
  }
}
