package io.vmfactory.guest.ttrpc;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.configs.time.DeadlineExceededException;
import io.vmfactory.guest.GuestAgent;
import io.vmfactory.guest.GuestAgents;
import io.vmfactory.guest.GuestException;
import io.vmfactory.linux.OsException;
import io.vmfactory.linux.StreamSocket;
import io.vmfactory.linux.StreamSockets;
import io.vmfactory.ttrpc.TtrpcConnection;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Connects to agents behind UNIX sockets, over ttRPC. */
public final class TtrpcAgents implements GuestAgents {
  /** An agent that runs answers in milliseconds, on an overloaded host in tenths of a second. */
  private static final Duration FIRST_ANSWER = Duration.ofSeconds(2);

  private final StreamSockets sockets;
  private final @Nullable AgentRelay relay;

  /**
   * Makes connections without a relay.
   *
   * @param sockets makes the connections; not closed here
   */
  public TtrpcAgents(StreamSockets sockets) {
    this.sockets = sockets;
    this.relay = null;
  }

  /**
   * @param sockets makes the connections; not closed here
   * @param relay the program that shares a port among connections, {@code vmfactory-relay}; if it
   *     is not installed, there are as many connections as ports
   */
  public TtrpcAgents(StreamSockets sockets, Path relay) {
    this.sockets = sockets;
    this.relay = Files.isExecutable(relay) ? new AgentRelay(relay, sockets) : null;
  }

  @Override
  public GuestAgent connect(Path socket, Deadline deadline) {
    return connect(socket, () -> {}, deadline);
  }

  /**
   * Connects to an agent. There may be any number of connections at once. Each port serves one: it
   * is held until the connection is closed or this process ends, by a lock on the socket's path +
   * {@code .lock}, which all callers of this method respect. The last port is the relay's, which
   * all connections use that find no other port free. Without a relay, waits for a free port.
   *
   * @param ports sockets of one agent, at least one
   * @throws GuestException when no process listens there, a port cannot be locked, or the relay
   *     cannot be started
   * @throws DeadlineExceededException when no port becomes free in time
   */
  public GuestAgent connect(List<Path> ports, Deadline deadline) {
    int last = ports.size() - 1;
    if (relay == null || last == 0) {
      return connect(PortLock.anyOf(ports, deadline), deadline);
    }
    Optional<PortLock> free = PortLock.tryAnyOf(ports.subList(0, last));
    return free.isPresent()
        ? connect(free.get(), deadline)
        : agent(
            relay.connect(ports.get(last), deadline), AgentRelay.socket(ports.get(last)), () -> {});
  }

  /**
   * Connects to an agent, as {@link #connect(List, Deadline)} does, and checks that it answers. If
   * it does not in time, connects again, over another port. A port can be dead: if a host leaves it
   * in the middle of an answer while the VM is paused, QEMU (7.2) sends nothing from it until the
   * next host leaves.
   *
   * @param ports sockets of one agent, at least one
   * @throws GuestException when no process listens there, or the agent does not serve
   * @throws DeadlineExceededException when the agent does not answer by {@code deadline}
   */
  public GuestAgent greet(List<Path> ports, Deadline deadline) {
    List<Path> order = new ArrayList<>(ports);
    for (Duration limit = FIRST_ANSWER; ; limit = limit.multipliedBy(2)) {
      GuestAgent fresh = connect(order, deadline);
      try {
        return GuestAgents.serving(fresh, deadline.min(limit));
      } catch (DeadlineExceededException e) {
        if (deadline.passed()) {
          throw e;
        }
      }
      Collections.rotate(order.subList(0, order.size() - 1), -1); // the last one is the relay's
    }
  }

  private GuestAgent connect(PortLock lock, Deadline deadline) {
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
      return agent(sockets.connect(socket), socket, afterwards);
    } catch (OsException e) {
      throw new GuestException(
          GuestException.UNAVAILABLE, "no agent at %s: %s".formatted(socket, e.getMessage()), e);
    }
  }

  private static GuestAgent agent(StreamSocket connected, Path socket, Runnable afterwards) {
    var connection = TtrpcConnection.over(connected, "the agent at " + socket);
    return new TtrpcAgent(new AgentConnection(connection), afterwards);
  }
}
