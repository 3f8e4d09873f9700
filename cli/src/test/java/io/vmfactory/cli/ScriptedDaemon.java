package io.vmfactory.cli;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * A server on a UNIX socket that answers each connection with its next scripted reply, piece by
 * piece.
 */
final class ScriptedDaemon implements AutoCloseable {
  private final ServerSocketChannel server;
  private final Path socket;
  private final Queue<List<String>> replies = new ConcurrentLinkedQueue<>();
  private final Queue<String> requests = new ConcurrentLinkedQueue<>();
  private final Thread thread = new Thread(this::serve, "scripted-daemon");

  ScriptedDaemon(Path dir) throws IOException {
    socket = dir.resolve("factory.sock");
    server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    server.bind(UnixDomainSocketAddress.of(socket));
    thread.start();
  }

  Path socket() {
    return socket;
  }

  /** Answers with JSON, like a healthy daemon. */
  ScriptedDaemon answers(int status, String json) {
    return sends(http(status, json));
  }

  /** Sends each piece in a separate write, then closes. Without pieces it closes at once. */
  ScriptedDaemon sends(String... pieces) {
    replies.add(Arrays.asList(pieces));
    return this;
  }

  /** Never answers. The connection stays open until the client closes it. */
  ScriptedDaemon hangs() {
    replies.add(List.of("HANG"));
    return this;
  }

  List<String> requests() {
    return List.copyOf(requests);
  }

  static String http(int status, String json) {
    int length = json.getBytes(StandardCharsets.UTF_8).length;
    return "HTTP/1.1 %d X\r\ncontent-type: application/json\r\nContent-Length: %d\r\n\r\n%s"
        .formatted(status, length, json);
  }

  private void serve() {
    try {
      while (true) {
        try (SocketChannel client = server.accept()) {
          requests.add(readRequest(client));
          answer(client, replies.remove());
        }
      }
    } catch (IOException e) {
      // The test has ended and closed the server socket.
    }
  }

  private static void answer(SocketChannel client, List<String> pieces) throws IOException {
    for (String piece : pieces) {
      if (piece.equals("HANG")) {
        client.read(ByteBuffer.allocate(1));
        return;
      }
      client.write(ByteBuffer.wrap(piece.getBytes(StandardCharsets.UTF_8)));
    }
  }

  private static String readRequest(SocketChannel client) throws IOException {
    InputStream in = Channels.newInputStream(client);
    ByteArrayOutputStream head = new ByteArrayOutputStream();
    int length = 0;
    while (!head.toString(StandardCharsets.UTF_8).endsWith("\r\n\r\n")) {
      head.write(in.read());
    }
    for (String line : head.toString(StandardCharsets.UTF_8).split("\r\n", -1)) {
      length = line.startsWith("Content-Length: ") ? Integer.parseInt(line.substring(16)) : length;
    }
    head.write(in.readNBytes(length));
    return head.toString(StandardCharsets.UTF_8);
  }

  @Override
  public void close() throws IOException {
    server.close();
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
