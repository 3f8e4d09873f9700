package io.vmfactory.factory.http;

import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2FrameListener;
import io.netty.handler.codec.http2.Http2FrameListenerDecorator;
import io.netty.handler.codec.http2.Http2Headers;
import io.vertx.core.http.HttpConnection;

/**
 * Accepts gRPC clients whose default {@code :authority} is the socket's path. Vert.x resets a
 * stream (PROTOCOL_ERROR) whose authority is not {@code host[:port]}. On a UNIX socket the
 * authority means nothing, so this replaces it before Vert.x looks at it.
 */
final class Authority {
  private static final String LOCALHOST = "localhost";

  private Authority() {}

  /** Makes every request of {@code connection} ask for localhost. HTTP/1.1 needs no help. */
  static void normalise(HttpConnection connection) {
    Http2ConnectionHandler http2 =
        NettyAccess.pipeline(connection).get(Http2ConnectionHandler.class);
    if (http2 != null) {
      http2.decoder().frameListener(new Normaliser(http2.decoder().frameListener()));
    }
  }

  private static final class Normaliser extends Http2FrameListenerDecorator {
    Normaliser(Http2FrameListener next) {
      super(next);
    }

    @Override
    public void onHeadersRead(
        ChannelHandlerContext ctx, int stream, Http2Headers headers, int padding, boolean end)
        throws Http2Exception {
      super.onHeadersRead(ctx, stream, normalised(headers), padding, end);
    }

    @Override
    public void onHeadersRead(
        ChannelHandlerContext ctx,
        int stream,
        Http2Headers headers,
        int dependency,
        short weight,
        boolean exclusive,
        int padding,
        boolean end)
        throws Http2Exception {
      super.onHeadersRead(
          ctx, stream, normalised(headers), dependency, weight, exclusive, padding, end);
    }

    private static Http2Headers normalised(Http2Headers headers) {
      if (headers.authority() != null) {
        headers.authority(LOCALHOST);
      }
      headers.remove(HttpHeaderNames.HOST);
      return headers;
    }
  }
}
