package io.vmfactory.client;

import io.vmfactory.configs.RuntimeConfig;
import io.vmfactory.configs.time.Deadline;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets systemd start the runtime service when a client needs it: systemd listens at a socket beside
 * the service's, and the service closes each connection there as soon as it serves.
 */
final class ServiceWakeUp {
  private static final Logger log = LoggerFactory.getLogger(ServiceWakeUp.class);
  private static final Duration LIMIT = Duration.ofSeconds(60);

  private ServiceWakeUp() {}

  /**
   * Waits until the service serves, if it does not run and systemd can start it. A failure is left
   * to the first call.
   *
   * @param socket the service's
   */
  static void await(Path socket) {
    Path bell = socket.resolveSibling(RuntimeConfig.WAKE_SOCKET);
    if (!Files.exists(bell) || answers(socket)) {
      return;
    }
    try (SocketChannel channel = connected(bell);
        Selector selector = Selector.open()) {
      channel.configureBlocking(false);
      channel.register(selector, SelectionKey.OP_READ);
      Deadline deadline = Deadline.after(LIMIT);
      while (channel.read(ByteBuffer.allocate(1)) >= 0 && !deadline.passed()) {
        selector.select(Math.max(1, deadline.remaining().toMillis()));
      }
    } catch (IOException e) {
      log.debug("systemd does not start the runtime service", e);
    }
  }

  private static boolean answers(Path socket) {
    try (SocketChannel channel = connected(socket)) {
      return channel.isConnected();
    } catch (IOException e) {
      return false;
    }
  }

  private static SocketChannel connected(Path socket) throws IOException {
    SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
    try {
      channel.connect(UnixDomainSocketAddress.of(socket));
      return channel;
    } catch (IOException e) {
      channel.close();
      throw e;
    }
  }
}
