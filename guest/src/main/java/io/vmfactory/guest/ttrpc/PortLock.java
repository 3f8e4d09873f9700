package io.vmfactory.guest.ttrpc;

import io.vmfactory.configs.ErrorText;
import io.vmfactory.configs.time.Deadline;
import io.vmfactory.guest.GuestException;
import io.vmfactory.linux.PathLock;
import io.vmfactory.vmm.VmFolder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/**
 * The right to connect to one port of an agent, among all processes that use this class. It is a
 * lock on the socket's path + {@code .lock}. It ends with {@link #close} or with the process.
 *
 * @param port the socket
 * @param lock the right to it
 */
record PortLock(Path port, PathLock lock) implements AutoCloseable {
  /** Takes the first free port of {@code ports}. If none is free, waits for one of them. */
  static PortLock anyOf(List<Path> ports, Deadline deadline) {
    return tryAnyOf(ports).orElseGet(() -> await(ports, deadline));
  }

  /** Takes the first free port of {@code ports}. Returns empty if none is free. */
  static Optional<PortLock> tryAnyOf(List<Path> ports) {
    return ports.stream().flatMap(port -> tryPort(port).stream()).findFirst();
  }

  private static Optional<PortLock> tryPort(Path port) {
    return tryLock(port).map(lock -> new PortLock(port, lock));
  }

  private static Optional<PathLock> tryLock(Path port) {
    try {
      return PathLock.tryLock(file(port));
    } catch (IOException e) {
      throw unlockable(port, e);
    }
  }

  /**
   * Tries the ports in random order, so that waiting processes do not all wait for the same port.
   */
  private static PortLock await(List<Path> ports, Deadline deadline) {
    List<Path> shuffled = new ArrayList<>(ports);
    Collections.shuffle(shuffled);
    Path example = shuffled.get(0);
    try {
      String what = "a free port of the agent, such as " + example;
      List<Path> files = shuffled.stream().map(PortLock::file).toList();
      PathLock lock = PathLock.lock(files, what, deadline);
      return new PortLock(shuffled.get(files.indexOf(lock.file())), lock);
    } catch (IOException e) {
      throw unlockable(example, e);
    }
  }

  private static Path file(Path port) {
    return VmFolder.lock(port);
  }

  private static GuestException unlockable(Path port, IOException cause) {
    return new GuestException(
        GuestException.UNAVAILABLE,
        "cannot lock the agent's port " + port + ": " + ErrorText.of(cause),
        cause);
  }

  @Override
  public void close() {
    lock.close();
  }
}
