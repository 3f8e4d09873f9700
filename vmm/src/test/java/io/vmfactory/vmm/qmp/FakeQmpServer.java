package io.vmfactory.vmm.qmp;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;

/** The far end of one monitor connection, driven line by line by the test. */
final class FakeQmpServer implements AutoCloseable {
  static final String GREETING = "{\"QMP\": {\"version\": {}, \"capabilities\": [\"oob\"]}}\r\n";

  private final ServerSocketChannel server;
  private volatile SocketChannel client; // the closing thread is not the reading thread
  private BufferedReader lines;

  FakeQmpServer(Path path) throws IOException {
    server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    server.bind(UnixDomainSocketAddress.of(path));
  }

  void accept() throws IOException {
    client = server.accept();
    lines = new BufferedReader(Channels.newReader(client, UTF_8));
  }

  /** Returns the next line that the session has written. */
  String read() throws IOException {
    return lines.readLine();
  }

  void write(String text) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(UTF_8));
    while (bytes.hasRemaining()) {
      client.write(bytes);
    }
  }

  void hangUp() throws IOException {
    client.close();
  }

  @Override
  public void close() throws IOException {
    server.close();
    if (client != null) {
      client.close();
    }
  }
}
