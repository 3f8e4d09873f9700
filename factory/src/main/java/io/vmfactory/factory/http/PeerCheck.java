package io.vmfactory.factory.http;

import io.netty.channel.Channel;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.socket.nio.NioChannelOption;
import io.netty.util.AttributeKey;
import io.vertx.core.http.HttpConnection;
import io.vmfactory.factory.request.Peer;
import io.vmfactory.factory.request.Peer.Standing;
import io.vmfactory.linux.OsException;
import io.vmfactory.linux.PeerCredentials;
import io.vmfactory.linux.UserIds;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Set;
import jdk.net.ExtendedSocketOptions;
import jdk.net.UnixDomainPrincipal;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides which peers may use the socket and what they may do, by the credentials that the kernel
 * reports (SO_PEERCRED and SO_PEERGROUPS, unix(7)): the daemon's own user, root, and members of the
 * configured groups. The modes of socket and folder already keep all others from connecting; this
 * check stands behind them.
 *
 * <p>With the JDK's transport only the name of the user is known. A name is not enough to tell
 * whose a lease is, so then only root and the daemon's own user are admitted.
 */
public final class PeerCheck {
  private static final Logger log = LoggerFactory.getLogger(PeerCheck.class);
  private static final AttributeKey<Peer> PEER = AttributeKey.valueOf(PeerCheck.class, "peer");

  private final Set<Long> clients;
  private final Set<Long> administrators;
  private final UserIds own = UserIds.ofThisProcess();

  /**
   * @param clients ids of the groups whose members may have VMs
   * @param administrators ids of the groups whose members may administer the daemon too
   */
  public PeerCheck(Set<Long> clients, Set<Long> administrators) {
    this.clients = Set.copyOf(clients);
    this.administrators = Set.copyOf(administrators);
  }

  /** Closes {@code connection} and returns false if its peer is not admitted. */
  public boolean admit(HttpConnection connection) {
    Channel channel = NettyAccess.pipeline(connection).channel();
    if (!channel.isActive()) {
      return false; // Vert.x reports a connection also when it ends before its first request
    }
    try {
      Peer peer =
          channel instanceof EpollDomainSocketChannel nativeChannel
              ? byNumber(PeerCredentials.of(nativeChannel.fd().intValue()))
              : byName(credentials(channel).user().getName());
      if (peer != null) {
        channel.attr(PEER).set(peer);
        return true;
      }
    } catch (IOException | OsException e) {
      log.warn("cannot find out which user the peer is", e);
    }
    connection.close();
    return false;
  }

  /** Returns the peer of a connection that was admitted, as it was then. */
  public static Peer peer(HttpConnection connection) {
    Channel channel = NettyAccess.pipeline(connection).channel();
    return Objects.requireNonNull(channel.attr(PEER).get(), "the connection was not admitted");
  }

  private @Nullable Peer byNumber(PeerCredentials peer) {
    UserIds user = peer.user();
    if (user.isRoot() || user.uid() == own.uid()) {
      return new Peer(user, Standing.TRUSTED);
    }
    if (user.groups().stream().anyMatch(administrators::contains)) {
      return new Peer(user, Standing.ADMINISTRATOR);
    }
    if (user.groups().stream().anyMatch(clients::contains)) {
      return new Peer(user, Standing.CLIENT);
    }
    log.warn("refused pid {} of {}", peer.pid(), user);
    return null;
  }

  private @Nullable Peer byName(String user) throws IOException {
    if (user.equals(Files.getOwner(Path.of("/proc/self")).getName())) {
      return new Peer(own, Standing.TRUSTED);
    }
    if (user.equals("root")) {
      return new Peer(new UserIds(0, Set.of(0L)), Standing.TRUSTED);
    }
    log.warn(
        "refused user {}: without Netty's native transport only root and the daemon's own user are"
            + " admitted; is java.io.tmpdir mounted with noexec?",
        user);
    return null;
  }

  static UnixDomainPrincipal credentials(Channel channel) throws IOException {
    var option = NioChannelOption.of(ExtendedSocketOptions.SO_PEERCRED);
    UnixDomainPrincipal peer = channel.config().getOption(option);
    if (peer == null) {
      throw new IOException("the transport does not report the peer's credentials");
    }
    return peer;
  }
}
