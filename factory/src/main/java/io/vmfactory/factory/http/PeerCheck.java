package io.vmfactory.factory.http;

import io.netty.channel.Channel;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.socket.nio.NioChannelOption;
import io.vertx.core.http.HttpConnection;
import io.vmfactory.configs.host.OwnUser;
import io.vmfactory.factory.request.Peer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.UserPrincipal;
import java.util.Arrays;
import java.util.stream.Stream;
import jdk.net.ExtendedSocketOptions;
import jdk.net.UnixDomainPrincipal;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides which peers may use the socket, by the credentials that the kernel reports (SO_PEERCRED,
 * unix(7)): the daemon's own user, root, and members of the configured group. The modes of socket
 * and folder already keep all others from connecting; this check stands behind them.
 *
 * <p>With the native transport, this compares the kernel's numbers and reads supplementary groups
 * from /proc. With the JDK's transport, only the names of user and primary group are known.
 */
public final class PeerCheck {
  private static final Logger log = LoggerFactory.getLogger(PeerCheck.class);

  private final String group;
  private final int gid;
  private final int ownUid = OwnUser.uid();

  /**
   * Makes the check for one group.
   *
   * @param group name of the group whose members are admitted, or empty
   * @param gid its number, or -1
   */
  public PeerCheck(String group, int gid) {
    this.group = group;
    this.gid = gid;
  }

  /** Closes {@code connection} and returns false if its peer is not admitted. */
  public boolean admit(HttpConnection connection) {
    Channel channel = NettyAccess.pipeline(connection).channel();
    if (!channel.isActive()) {
      return false; // Vert.x reports a connection also when it ends before its first request
    }
    try {
      boolean allowed =
          channel instanceof EpollDomainSocketChannel nativeChannel
              ? allowedByNumber(nativeChannel)
              : allowedByName(channel);
      if (allowed) {
        return true;
      }
    } catch (IOException e) {
      log.warn("cannot find out which user the peer is", e);
    }
    connection.close();
    return false;
  }

  /** Returns the peer of a connection that was admitted. */
  public static Peer peer(HttpConnection connection) {
    Channel channel = NettyAccess.pipeline(connection).channel();
    try {
      UserPrincipal user = user(channel);
      boolean trusted =
          user.equals(named("root")) || user.equals(Files.getOwner(Path.of("/proc/self")));
      return new Peer(user, trusted);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot find out which user the peer is", e);
    }
  }

  /** Returns the peer's user. If a number has no name, the number stands for it. */
  private static UserPrincipal user(Channel channel) throws IOException {
    return channel instanceof EpollDomainSocketChannel nativeChannel
        ? named(Integer.toString(nativeChannel.peerCredentials().uid()))
        : credentials(channel).user();
  }

  private static UserPrincipal named(String nameOrNumber) throws IOException {
    return FileSystems.getDefault()
        .getUserPrincipalLookupService()
        .lookupPrincipalByName(nameOrNumber);
  }

  private boolean allowedByNumber(EpollDomainSocketChannel channel) throws IOException {
    var peer = channel.peerCredentials();
    boolean allowed =
        peer.uid() == 0
            || peer.uid() == ownUid
            || (gid >= 0
                && (Arrays.stream(peer.gids()).anyMatch(id -> id == gid)
                    || supplementary(peer.pid()).anyMatch(id -> id == gid)));
    if (!allowed) {
      log.warn("refused pid {} of uid {}", peer.pid(), peer.uid());
    }
    return allowed;
  }

  private boolean allowedByName(Channel channel) throws IOException {
    UnixDomainPrincipal peer = credentials(channel);
    String user = peer.user().getName();
    boolean allowed =
        user.equals("root")
            || user.equals(Files.getOwner(Path.of("/proc/self")).getName())
            || (!group.isEmpty() && peer.group().getName().equals(group));
    if (!allowed) {
      log.warn("refused user {} of group {}", user, peer.group().getName());
    }
    return allowed;
  }

  static UnixDomainPrincipal credentials(Channel channel) throws IOException {
    var option = NioChannelOption.of(ExtendedSocketOptions.SO_PEERCRED);
    UnixDomainPrincipal peer = channel.config().getOption(option);
    if (peer == null) {
      throw new IOException("the transport does not report the peer's credentials");
    }
    return peer;
  }

  private static Stream<Integer> supplementary(int pid) throws IOException {
    return Files.readAllLines(Path.of("/proc/" + pid + "/status")).stream()
        .filter(line -> line.startsWith("Groups:"))
        .flatMap(line -> Arrays.stream(line.substring("Groups:".length()).trim().split("\\s+")))
        .filter(text -> !text.isEmpty())
        .map(Integer::valueOf);
  }
}
