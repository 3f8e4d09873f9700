package io.vmfactory.runtime;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.Channel;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The socket at which systemd listens and with which it starts the service, as the service's
 * standard input. Clients wait at it until the service serves: it closes each connection. While the
 * service does not run, the socket is systemd's, so a connection starts the next one.
 */
final class WakeSocket implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(WakeSocket.class);

  private final @Nullable Channel input;

  private WakeSocket(@Nullable Channel input) {
    this.input = input;
  }

  /** Lets the clients go that wait, and those that come later. Does nothing without a socket. */
  static WakeSocket serve() {
    if (!(inherited() instanceof ServerSocketChannel socket)) {
      return new WakeSocket(null);
    }
    Thread thread = new Thread(() -> letGo(socket), "wake-socket");
    thread.setDaemon(true);
    thread.start();
    return new WakeSocket(socket);
  }

  private static @Nullable Channel inherited() {
    try {
      return System.inheritedChannel();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot use the standard input as a socket", e);
    }
  }

  private static void letGo(ServerSocketChannel socket) {
    try {
      while (true) {
        socket.accept().close();
      }
    } catch (ClosedChannelException e) {
      log.debug("the service ends");
    } catch (IOException e) {
      log.warn("clients that wait for the service are not let go any more", e);
    }
  }

  @Override
  public void close() {
    try {
      if (input != null) {
        input.close();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
