package io.vmfactory.cli;

import io.vmfactory.configs.time.Deadline;
import java.io.IOException;
import java.io.InputStream;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;

/** A connection to a UNIX socket. One deadline ends every wait. Not thread-safe. */
final class DeadlineSocket extends InputStream {
  private final SocketChannel channel;
  private final Selector selector;
  private final Deadline deadline;
  private final ByteBuffer received = ByteBuffer.allocate(16 * 1024).flip();

  /**
   * Connects.
   *
   * @throws IOException if no process listens on the socket
   */
  DeadlineSocket(Path path, Deadline deadline) throws IOException {
    this.deadline = deadline;
    this.channel = SocketChannel.open(UnixDomainSocketAddress.of(path));
    this.channel.configureBlocking(false);
    this.selector = Selector.open();
    this.channel.register(selector, SelectionKey.OP_READ);
  }

  /** Sends all of {@code bytes}. */
  void send(byte[] bytes) throws IOException {
    ByteBuffer rest = ByteBuffer.wrap(bytes);
    while (rest.hasRemaining()) {
      if (channel.write(rest) == 0) {
        await(SelectionKey.OP_WRITE, "the daemon to accept the request");
      }
    }
  }

  @Override
  public int read() throws IOException {
    return fill() ? received.get() & 0xff : -1;
  }

  @Override
  public int read(byte[] target, int offset, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    if (!fill()) {
      return -1;
    }
    int count = Math.min(length, received.remaining());
    received.get(target, offset, count);
    return count;
  }

  @Override
  public void close() throws IOException {
    selector.close();
    channel.close();
  }

  /** Waits until at least one byte is available. Returns false at the end of the stream. */
  private boolean fill() throws IOException {
    while (!received.hasRemaining()) {
      received.clear();
      int count = channel.read(received);
      received.flip();
      if (count < 0) {
        return false;
      }
      if (count == 0) {
        await(SelectionKey.OP_READ, "the daemon's answer");
      }
    }
    return true;
  }

  private void await(int operation, String what) throws IOException {
    channel.keyFor(selector).interestOps(operation);
    deadline.check(what);
    selector.select(Math.max(1, deadline.remaining().toMillis()));
    selector.selectedKeys().clear();
  }
}
