package io.vmfactory.configs;

import java.nio.file.Path;
import java.time.Duration;

/**
 * {@code [daemon]}
 *
 * @param stateDir survives reboots: templates
 * @param runDir does not: socket, lock, VM folders
 * @param socketGroup group that may connect beside own uid and root; empty = none
 * @param defaultDeadline for calls that come without one
 * @param workers requests served at once, 1..4096; further ones wait
 * @param maxVms VMs at once, 1..65536
 */
public record DaemonConfig(
    Path stateDir,
    Path runDir,
    String socketGroup,
    Duration defaultDeadline,
    int workers,
    int maxVms) {
  /** Where clients connect. */
  public Path socket() {
    return runDir.resolve("factory.sock");
  }
}
