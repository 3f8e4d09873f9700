package io.vmfactory.guest.ttrpc;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.guest.GuestAgent;
import io.vmfactory.guest.GuestAgents;
import io.vmfactory.guest.GuestException;
import io.vmfactory.linux.OsException;
import io.vmfactory.linux.StreamSocket;
import io.vmfactory.linux.StreamSockets;
import io.vmfactory.ttrpc.TtrpcConnection;
import java.nio.file.Path;
import java.util.List;

/** Connects to agents behind UNIX sockets, over ttRPC. */
public final class TtrpcAgents implements GuestAgents {
  private final StreamSockets sockets;

  /**
   * @param sockets makes the connections; not closed here
   */
  public TtrpcAgents(StreamSockets sockets) {
    this.sockets = sockets;
  }

  @Override
  public GuestAgent connect(Path socket, Deadline deadline) {
    return connect(socket, () -> {}, deadline);
  }

  /**
   * Connects to a free port of an agent; each port serves one connection at a time. This connection
   * holds the port until it is closed or this process ends. The right to a port is a lock on the
   * socket's path + {@code .lock}, which all callers of this method respect. If no port is free,
   * waits for one.
   *
   * @param ports sockets of one agent, at least one
   * @throws GuestException when no process listens there, or a port cannot be locked
   * @throws io.vmfactory.configs.time.DeadlineExceededException when no port becomes free in time
   */
  public GuestAgent connect(List<Path> ports, Deadline deadline) {
    PortLock lock = PortLock.anyOf(ports, deadline);
    try {
      return connect(lock.port(), lock::close, deadline);
    } catch (RuntimeException e) {
      lock.close();
      throw e;
    }
  }

  private GuestAgent connect(Path socket, Runnable afterwards, Deadline deadline) {
    deadline.check("a connection to the agent at " + socket);
    try {
      StreamSocket connected = sockets.connect(socket);
      var connection = TtrpcConnection.over(connected, "the agent at " + socket);
      return new TtrpcAgent(new AgentConnection(connection), afterwards);
    } catch (OsException e) {
      throw new GuestException(
          GuestException.UNAVAILABLE, "no agent at %s: %s".formatted(socket, e.getMessage()), e);
    }
  }
}
