package io.vmfactory.guest.ttrpc;

import io.vertx.core.Vertx;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.SocketAddress;
import io.vmfactory.configs.time.Deadline;
import io.vmfactory.guest.GuestAgent;
import io.vmfactory.guest.GuestAgents;
import io.vmfactory.guest.GuestException;
import io.vmfactory.ttrpc.TtrpcConnection;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;

/** Agents behind UNIX sockets, spoken to over ttRPC. The Vert.x instance stays its creator's. */
public final class TtrpcAgents implements GuestAgents {
  private final Vertx vertx;
  private final NetClient client;

  public TtrpcAgents(Vertx vertx) {
    this.vertx = vertx;
    this.client = vertx.createNetClient();
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
    CompletableFuture<TtrpcConnection> dialled = dial(socket);
    try {
      var connection = deadline.await(dialled, "a connection to the agent at " + socket);
      return new TtrpcAgent(new AgentConnection(connection), afterwards);
    } catch (RuntimeException e) {
      dialled.thenAccept(TtrpcConnection::close);
      throw e;
    }
  }

  /** Dials on the event loop, so that the handlers are set before a byte or the end can come. */
  private CompletableFuture<TtrpcConnection> dial(Path socket) {
    CompletableFuture<TtrpcConnection> dialled = new CompletableFuture<>();
    SocketAddress address = SocketAddress.domainSocketAddress(socket.toString());
    try {
      vertx
          .getOrCreateContext()
          .runOnContext(
              v ->
                  client
                      .connect(address)
                      .map(connected -> TtrpcConnection.over(connected, "the agent at " + socket))
                      .onSuccess(dialled::complete)
                      .onFailure(e -> dialled.completeExceptionally(nobodyThere(socket, e))));
    } catch (RejectedExecutionException e) {
      dialled.completeExceptionally(nobodyThere(socket, e)); // The event loops have ended.
    }
    return dialled;
  }

  private static GuestException nobodyThere(Path socket, Throwable cause) {
    return new GuestException(
        GuestException.UNAVAILABLE,
        "no agent at %s: %s".formatted(socket, cause.getMessage()),
        cause);
  }
}
