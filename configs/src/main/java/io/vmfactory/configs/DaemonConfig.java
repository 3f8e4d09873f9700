package io.vmfactory.configs;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

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
 * @param users what each user may do
 */
public record DaemonConfig(
    Path stateDir,
    Path runDir,
    String socketGroup,
    Duration defaultDeadline,
    int workers,
    int maxVms,
    UsersConfig users) {
  /** Makes a configuration with the defaults for users. */
  public DaemonConfig(
      Path stateDir,
      Path runDir,
      String socketGroup,
      Duration defaultDeadline,
      int workers,
      int maxVms) {
    this(stateDir, runDir, socketGroup, defaultDeadline, workers, maxVms, UsersConfig.defaults());
  }

  /** Returns the same with another number of VMs. */
  public DaemonConfig withMaxVms(int other) {
    return new DaemonConfig(stateDir, runDir, socketGroup, defaultDeadline, workers, other, users);
  }

  /** Returns the groups that may connect: at most two, without repetition. */
  public List<String> groups() {
    return Stream.of(socketGroup, users.adminGroup())
        .filter(group -> !group.isEmpty())
        .distinct()
        .toList();
  }

  /** Returns the folder in which copy-on-write files of drives are made. */
  public Path overlayDir() {
    return stateDir.toAbsolutePath().resolve("overlays");
  }

  /** Returns the path of the socket where clients connect. */
  public Path socket() {
    return runDir.resolve("factory.sock");
  }
}
