package io.vmfactory.runtime.containers;

import io.vmfactory.linux.ProcessIdentity;
import java.io.IOException;
import java.nio.file.Path;

/**
 * A process of this host that a container in the foreground belongs to.
 *
 * @param identity the process
 */
public record ClientProcess(ProcessIdentity identity) {

  /**
   * Returns the process that has the pid now.
   *
   * @throws IOException if there is none
   */
  public static ClientProcess of(int pid) throws IOException {
    return new ClientProcess(ProcessIdentity.of(Path.of("/proc", Integer.toString(pid))));
  }
}
