package io.vmfactory.factory.http;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Flags;
import io.netty.handler.codec.http2.Http2FrameListener;
import io.netty.handler.codec.http2.Http2FrameListenerDecorator;
import io.netty.handler.codec.http2.Http2Settings;
import io.vertx.core.http.HttpConnection;

/**
 * Closes an HTTP/2 connection that sends too many frames which carry no request: PING, SETTINGS,
 * PRIORITY, WINDOW_UPDATE, unknown ones. Netty limits RST_STREAM, CONTINUATION and empty DATA
 * itself. Some gRPC clients send a PING for each piece of data that they receive, so the limit is
 * far above what a client needs and far below what costs a core.
 */
final class FrameBudget extends Http2FrameListenerDecorator {
  /** Frames in one second, on average. */
  private static final int RATE = 1000;

  /** Frames at once. */
  private static final int BURST = 4000;

  private double left = BURST;
  private long since = System.nanoTime();

  private FrameBudget(Http2FrameListener next) {
    super(next);
  }

  /** Limits the frames of {@code connection}. HTTP/1.1 has none. */
  static void limit(HttpConnection connection) {
    Http2ConnectionHandler http2 =
        NettyAccess.pipeline(connection).get(Http2ConnectionHandler.class);
    if (http2 != null) {
      http2.decoder().frameListener(new FrameBudget(http2.decoder().frameListener()));
    }
  }

  private void spend() throws Http2Exception {
    long now = System.nanoTime();
    left = Math.min(BURST, left + (now - since) * 1e-9 * RATE) - 1;
    since = now;
    if (left < 0) {
      throw Http2Exception.connectionError(
          Http2Error.ENHANCE_YOUR_CALM,
          "too many frames without a request: more than %d at once and %d per second",
          BURST,
          RATE);
    }
  }

  @Override
  public void onPingRead(ChannelHandlerContext ctx, long data) throws Http2Exception {
    spend();
    super.onPingRead(ctx, data);
  }

  @Override
  public void onPingAckRead(ChannelHandlerContext ctx, long data) throws Http2Exception {
    spend();
    super.onPingAckRead(ctx, data);
  }

  @Override
  public void onSettingsRead(ChannelHandlerContext ctx, Http2Settings settings)
      throws Http2Exception {
    spend();
    super.onSettingsRead(ctx, settings);
  }

  @Override
  public void onSettingsAckRead(ChannelHandlerContext ctx) throws Http2Exception {
    spend();
    super.onSettingsAckRead(ctx);
  }

  @Override
  public void onPriorityRead(
      ChannelHandlerContext ctx, int stream, int dependency, short weight, boolean exclusive)
      throws Http2Exception {
    spend();
    super.onPriorityRead(ctx, stream, dependency, weight, exclusive);
  }

  @Override
  public void onWindowUpdateRead(ChannelHandlerContext ctx, int stream, int increment)
      throws Http2Exception {
    spend();
    super.onWindowUpdateRead(ctx, stream, increment);
  }

  @Override
  public void onUnknownFrame(
      ChannelHandlerContext ctx, byte type, int stream, Http2Flags flags, ByteBuf payload)
      throws Http2Exception {
    spend();
    super.onUnknownFrame(ctx, type, stream, flags, payload);
  }
}
