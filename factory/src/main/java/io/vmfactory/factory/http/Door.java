package io.vmfactory.factory.http;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.transport.Transport;
import io.vmfactory.configs.host.OwnUser;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes or refuses each connection to the UNIX sockets of one Vert.x, before its first byte: Vert.x
 * itself reports a connection only when it has read from it. Counts connections by the peer's user,
 * and gives each taken one a {@link Patience}. Thread-safe.
 */
@ChannelHandler.Sharable
public final class Door extends ChannelInboundHandlerAdapter {
  private static final Logger log = LoggerFactory.getLogger(Door.class);

  private final ConnectionLimits limits;
  private final Map<String, Integer> open = new HashMap<>();
  private final Set<String> complained = new HashSet<>();
  private final String own = Integer.toString(OwnUser.uid());
  private int all;

  public Door(ConnectionLimits limits) {
    this.limits = limits;
  }

  /** Makes a Vert.x whose UNIX sockets have this door. */
  public Vertx vertx(VertxOptions options) {
    Transport transport = Transport.nativeTransport();
    boolean useNative =
        options.getPreferNativeTransport() && transport != null && transport.available();
    return Vertx.builder()
        .with(options)
        .withTransport(new Guarded(useNative ? transport : Transport.NIO, this))
        .build();
  }

  /** A transport that adds a door to the UNIX sockets that listen. */
  private record Guarded(Transport real, Door door) implements Transport {
    @Override
    public String name() {
      return real.name();
    }

    @Override
    public boolean available() {
      return real.available();
    }

    @Override
    public @Nullable Throwable unavailabilityCause() {
      return real.unavailabilityCause();
    }

    @Override
    public io.vertx.core.spi.transport.Transport implementation() {
      var implementation = real.implementation();
      return (io.vertx.core.spi.transport.Transport)
          Proxy.newProxyInstance(
              Transport.class.getClassLoader(),
              new Class<?>[] {io.vertx.core.spi.transport.Transport.class},
              (proxy, method, args) -> call(implementation, method, args));
    }

    /**
     * A call of {@code configure(options, domainSocket, bootstrap)} prepares a listening socket.
     */
    private @Nullable Object call(Object real, Method method, Object @Nullable [] args)
        throws Throwable {
      if (args != null
          && args.length == 3
          && args[2] instanceof ServerBootstrap listening
          && Boolean.TRUE.equals(args[1])) {
        listening.handler(door);
      }
      try {
        return method.invoke(real, args);
      } catch (InvocationTargetException e) {
        throw e.getCause();
      }
    }
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object accepted) {
    Channel connection = (Channel) accepted;
    String user = user(connection);
    if (!enter(user)) {
      connection.unsafe().closeForcibly();
      return;
    }
    connection.closeFuture().addListener(closed -> leave(user));
    connection.pipeline().addFirst(new Patience(limits));
    ctx.fireChannelRead(accepted);
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable failure) {
    log.warn(
        "cannot take a connection: {}; if it is for want of descriptors, raise LimitNOFILE",
        failure.getMessage());
    ctx.fireExceptionCaught(failure);
  }

  /** Returns the peer's user as a number, or as a name where the transport knows no number. */
  private static String user(Channel connection) {
    try {
      return connection instanceof EpollDomainSocketChannel epoll
          ? Integer.toString(epoll.peerCredentials().uid())
          : PeerCheck.credentials(connection).user().getName();
    } catch (IOException e) {
      return "unknown"; // PeerCheck refuses it
    }
  }

  private synchronized boolean enter(String user) {
    int its = open.getOrDefault(user, 0);
    boolean trusted = user.equals("0") || user.equals("root") || user.equals(own);
    int most = trusted ? limits.all() : Math.min(limits.each(), limits.all() - limits.kept());
    boolean room = all < (trusted ? limits.all() : limits.all() - limits.kept());
    if (!room || its >= most) {
      if (complained.add(user)) {
        log.warn(
            "user {} has {} connections, all users together {}; no more are taken now (a user may"
                + " have {}, all together {}: a quarter of the daemon's descriptors, LimitNOFILE)",
            user,
            its,
            all,
            most,
            limits.all());
      }
      return false;
    }
    open.put(user, its + 1);
    all++;
    return true;
  }

  private synchronized void leave(String user) {
    all--;
    if (open.merge(user, -1, Integer::sum) == 0) {
      open.remove(user);
      complained.remove(user);
    }
  }
}
