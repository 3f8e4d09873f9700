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

/** Agents behind UNIX sockets, spoken to over ttRPC. */
public final class TtrpcAgents implements GuestAgents {
  private final StreamSockets sockets;

  /**
   * @param sockets makes the connections; its creator closes it
   */
  public TtrpcAgents(StreamSockets sockets) {
    this.sockets = sockets;
  }

  @Override
  public GuestAgent connect(Path socket, Deadline deadline) {
    return connect(socket, () -> {}, deadline);
  }

  /**
   * Connects to whichever of an agent's ports is free: each serves one connection at a time. The
   * port is this connection's until it is closed or this process ends, by a lock on the socket's
   * path + {@code .lock} that all who connect this way respect. When none is free, waits for one of
   * them.
   *
   * @param ports sockets of one agent, at least one
   * @throws GuestException when nobody listens there, or a port cannot be locked
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
