package io.vmfactory.factory.http;

import io.netty.channel.Channel;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.vertx.core.net.NetSocket;
import io.vmfactory.linux.OsException;
import io.vmfactory.linux.PeerCredentials;
import java.util.Optional;

/** The process at the other end of a UNIX socket that does not speak HTTP. */
public final class SocketPeer {
  private SocketPeer() {}

  /**
   * Returns the peer as it was when it connected; empty if the kernel or the transport does not
   * know it.
   */
  public static Optional<PeerCredentials> of(NetSocket socket) {
    Channel channel = NettyAccess.channel(socket);
    if (!(channel instanceof EpollDomainSocketChannel local) || !channel.isActive()) {
      return Optional.empty();
    }
    try {
      return Optional.of(PeerCredentials.of(local.fd().intValue()));
    } catch (OsException e) {
      return Optional.empty();
    }
  }

  /**
   * Keeps the connection open from now on, however long it is quiet. Without this call, a door
   * closes a connection without HTTP after ten seconds. Call it on the connection's event loop.
   */
  public static void hasAsked(NetSocket socket) {
    Patience.request(NettyAccess.channel(socket));
  }
}
