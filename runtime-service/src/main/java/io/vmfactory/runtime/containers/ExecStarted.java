package io.vmfactory.runtime.containers;

import java.nio.file.Path;
import java.util.List;

/**
 * A process that was started in a container.
 *
 * @param id its id in the container, for the agent
 * @param terminal whether it has one
 * @param ports the sockets of the agent's ports
 */
public record ExecStarted(String id, boolean terminal, List<Path> ports) {
  public ExecStarted {
    ports = List.copyOf(ports);
  }
}
