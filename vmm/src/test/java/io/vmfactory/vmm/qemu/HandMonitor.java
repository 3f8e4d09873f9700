package io.vmfactory.vmm.qemu;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Sends commands to a QEMU whose monitor no daemon is connected to. */
final class HandMonitor {
  private HandMonitor() {}

  /**
   * Returns the reply to each command.
   *
   * @param commands each the value of "execute", and what follows; with single quotes
   */
  static List<String> replies(Path monitor, List<String> commands) throws IOException {
    List<String> replies = new ArrayList<>();
    try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(monitor));
        BufferedReader lines = new BufferedReader(Channels.newReader(channel, UTF_8))) {
      lines.readLine(); // the greeting
      send(channel, "'qmp_capabilities'");
      lines.readLine();
      for (String command : commands) {
        send(channel, command);
        String line = lines.readLine();
        while (line.contains("\"event\"")) {
          line = lines.readLine();
        }
        replies.add(line);
      }
    }
    return replies;
  }

  private static void send(SocketChannel channel, String command) throws IOException {
    String line = "{'execute':" + command + "}\n";
    channel.write(ByteBuffer.wrap(line.replace('\'', '"').getBytes(UTF_8)));
  }
}
