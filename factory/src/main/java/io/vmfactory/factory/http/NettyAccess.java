package io.vmfactory.factory.http;

import io.netty.channel.ChannelPipeline;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.impl.HttpServerConnection;

/**
 * The only class that reaches below Vert.x's public API, to the Netty channel of a server
 * connection, for peer credentials and HTTP/2 headers. Bound to Vert.x 5.0.x. If that changes, the
 * tests of {@link PeerCheck} and {@link Authority} fail.
 */
final class NettyAccess {
  private NettyAccess() {}

  /** Returns the handlers that {@code connection}'s bytes go through. */
  static ChannelPipeline pipeline(HttpConnection connection) {
    return ((HttpServerConnection) connection).channelHandlerContext().pipeline();
  }
}
