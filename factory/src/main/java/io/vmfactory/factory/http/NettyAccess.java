package io.vmfactory.factory.http;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.impl.HttpServerConnection;
import io.vertx.core.internal.net.NetSocketInternal;
import io.vertx.core.net.NetSocket;

/**
 * The only class that reaches below Vert.x's public API, to the Netty channel of a server
 * connection, for peer credentials, HTTP/2 frames and the end of requests. Bound to Vert.x 5.0.x.
 * If that changes, the tests of {@link PeerCheck} and {@link Authority} fail.
 */
final class NettyAccess {
  private NettyAccess() {}

  /** Returns the handlers that {@code connection}'s bytes go through. */
  static ChannelPipeline pipeline(HttpConnection connection) {
    return context(connection).pipeline();
  }

  /** Returns the last of these handlers, which is Vert.x's own. */
  static ChannelHandlerContext context(HttpConnection connection) {
    return ((HttpServerConnection) connection).channelHandlerContext();
  }

  /** Returns the channel of a connection without HTTP. */
  static Channel channel(NetSocket socket) {
    return ((NetSocketInternal) socket).channelHandlerContext().channel();
  }
}
