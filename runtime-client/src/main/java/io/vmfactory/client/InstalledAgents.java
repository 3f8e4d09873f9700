package io.vmfactory.client;

import io.vmfactory.configs.Surroundings;
import io.vmfactory.guest.ttrpc.TtrpcAgents;
import io.vmfactory.linux.StreamSockets;

/** Connects to agents with the help of this installation's relay. Not part of the public API. */
public final class InstalledAgents {
  private InstalledAgents() {}

  /**
   * Returns connections over {@code sockets}, which the caller closes. An agent serves any number
   * of them if the program {@code vmfactory-relay} is installed.
   */
  public static TtrpcAgents over(StreamSockets sockets) {
    return new TtrpcAgents(sockets, Surroundings.ofThisProcess().program("vmfactory-relay"));
  }
}
