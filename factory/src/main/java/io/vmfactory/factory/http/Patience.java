package io.vmfactory.factory.http;

import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2ConnectionAdapter;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.netty.handler.codec.http2.Http2Stream;
import io.netty.util.concurrent.ScheduledFuture;
import io.vertx.core.http.HttpConnection;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Closes one connection that asks for nothing: that has not sent its first request in time, or has
 * had no request at work for long. A request is at work from the end of its headers until it is
 * answered. Bytes do not count, so a client gains nothing by sending few of them. Confined to the
 * connection's event loop.
 */
final class Patience extends ChannelInboundHandlerAdapter {
  private final ConnectionLimits limits;
  private @Nullable ScheduledFuture<?> timer;
  private long quietSince = System.nanoTime();
  private boolean asked;
  private int atWork;

  Patience(ConnectionLimits limits) {
    this.limits = limits;
  }

  /**
   * Counts the requests of {@code connection}, whose protocol is known now. Has no effect on one
   * that did not come through a {@link Door}.
   */
  static void watch(HttpConnection connection) {
    ChannelPipeline pipeline = NettyAccess.pipeline(connection);
    Patience patience = pipeline.get(Patience.class);
    if (patience == null) {
      return;
    }
    Http2ConnectionHandler http2 = pipeline.get(Http2ConnectionHandler.class);
    if (http2 != null) {
      http2.connection().addListener(patience.new Streams(http2.connection()));
    } else {
      pipeline.addBefore(NettyAccess.context(connection).name(), null, patience.new Messages());
    }
  }

  /**
   * Counts a request that is at work until the connection ends, for a protocol that this class does
   * not know. Has no effect on a connection that did not come through a {@link Door}.
   */
  static void request(Channel connection) {
    Patience patience = connection.pipeline().get(Patience.class);
    if (patience != null) {
      patience.begun();
    }
  }

  private void begun() {
    asked = true;
    atWork++;
  }

  private void answered() {
    atWork--;
    quietSince = System.nanoTime();
  }

  @Override
  public void channelActive(ChannelHandlerContext ctx) {
    look(ctx);
    ctx.fireChannelActive();
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    if (timer != null) {
      timer.cancel(false);
    }
    ctx.fireChannelInactive();
  }

  /** Closes the connection if it has been quiet for too long, else looks again when it may be. */
  private void look(ChannelHandlerContext ctx) {
    Duration limit = asked ? limits.idle() : limits.first();
    long quiet = atWork > 0 ? 0 : System.nanoTime() - quietSince;
    long left = limit.toNanos() - quiet;
    if (left <= 0) {
      var unused = ctx.channel().close(); // from the end of the pipeline: HTTP/2 says GOAWAY first
    } else {
      timer =
          ctx.executor().schedule(() -> look(ctx), left, java.util.concurrent.TimeUnit.NANOSECONDS);
    }
  }

  /** The requests of an HTTP/2 connection. */
  private final class Streams extends Http2ConnectionAdapter {
    private final Http2Connection.PropertyKey working;

    Streams(Http2Connection connection) {
      working = connection.newKey();
    }

    @Override
    public void onStreamActive(Http2Stream stream) {
      stream.setProperty(working, true);
      begun();
    }

    /** A stream whose answer is complete is idle, even if its client never ends the request. */
    @Override
    public void onStreamHalfClosed(Http2Stream stream) {
      if (stream.state() == Http2Stream.State.HALF_CLOSED_LOCAL) {
        over(stream);
      }
    }

    @Override
    public void onStreamClosed(Http2Stream stream) {
      over(stream);
    }

    private void over(Http2Stream stream) {
      if (stream.removeProperty(working) != null) {
        answered();
      }
    }
  }

  /** The requests of an HTTP/1.1 connection. */
  private final class Messages extends ChannelDuplexHandler {
    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
      if (message instanceof HttpRequest) {
        begun();
      }
      ctx.fireChannelRead(message);
    }

    @Override
    public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
      if (message instanceof LastHttpContent && atWork > 0) {
        answered();
      }
      var unused = ctx.write(message, promise);
    }
  }
}
