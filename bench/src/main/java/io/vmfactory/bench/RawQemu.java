package io.vmfactory.bench;

import io.vmfactory.configs.time.Laps;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The floor of a clone: the same QEMU with the same devices, restored from the same template by
 * hand, with no daemon, no lease, no gate and none of our code on the way. Its steps are what a
 * clone's are compared with.
 */
final class RawQemu {
  /**
   * ttRPC request 1: grpc.Health/Check with an empty payload; see containerd/ttrpc for the frame.
   */
  private static final byte[] HEALTH_CHECK = healthCheck();

  private final List<String> command;
  private final Path template;
  private final Path folder;

  /**
   * @param clone command line of a clone that the daemon made: the floor takes its devices from
   *     there
   * @param template the template's folder in the store
   * @param folder where sockets may be made
   */
  RawQemu(List<String> clone, Path template, Path folder) {
    this.template = template;
    this.folder = folder;
    this.command = byHand(clone);
  }

  /**
   * Restores one clone until its agent has answered, then kills it. Laps: spawn, load, cont,
   * answer.
   */
  Laps run() throws IOException {
    byte[] state = Files.readAllBytes(template.resolve("state"));
    Laps laps = new Laps();
    Process qemu =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
    try (BufferedReader replies = qemu.inputReader(StandardCharsets.UTF_8);
        OutputStream commands = qemu.getOutputStream()) {
      await(replies, "\"QMP\"");
      laps.lap("spawn");
      load(replies, commands, state);
      laps.lap("load");
      try (SocketChannel agent = connect(folder.resolve("agent.sock"))) {
        send(commands, "{\"execute\":\"cont\"}");
        await(replies, "\"return\"");
        laps.lap("cont");
        agent.write(ByteBuffer.wrap(HEALTH_CHECK));
        readFrame(agent);
        laps.lap("answer");
      }
      return laps;
    } finally {
      qemu.destroyForcibly().onExit().join();
      Files.deleteIfExists(folder.resolve("agent.sock"));
      Files.deleteIfExists(folder.resolve("state.sock"));
    }
  }

  private void load(BufferedReader replies, OutputStream commands, byte[] state)
      throws IOException {
    Path socket = folder.resolve("state.sock");
    send(commands, "{\"execute\":\"qmp_capabilities\"}");
    send(
        commands,
        "{\"execute\":\"migrate-set-capabilities\",\"arguments\":{\"capabilities\":["
            + "{\"capability\":\"x-ignore-shared\",\"state\":true},"
            + "{\"capability\":\"events\",\"state\":true}]}}");
    send(
        commands,
        "{\"execute\":\"migrate-incoming\",\"arguments\":{\"uri\":\"unix:" + socket + "\"}}");
    for (int reply = 0; reply < 3; reply++) {
      await(replies, "\"return\"");
    }
    try (SocketChannel channel = connect(socket)) {
      ByteBuffer bytes = ByteBuffer.wrap(state);
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
    }
    await(replies, "\"completed\"");
  }

  private List<String> byHand(List<String> clone) {
    List<String> command = new ArrayList<>(List.of(clone.get(0), "-qmp", "stdio"));
    for (int i = 1; i < clone.size(); i++) {
      String option = clone.get(i);
      String value = i + 1 < clone.size() ? clone.get(i + 1) : "";
      if (option.equals("-mon") || (option.equals("-chardev") && value.contains("id=qmp"))) {
        i++;
      } else if (option.equals("-chardev") && value.contains("id=agent0")) {
        command.add(option);
        command.add("socket,id=agent0,server=on,wait=off,path=" + folder.resolve("agent.sock"));
        i++;
      } else if (option.equals("-chardev") && value.startsWith("file,")) {
        command.add(option);
        command.add(value.replaceAll("path=[^,]*", "path=/dev/null"));
        i++;
      } else {
        command.add(option.replaceAll("mem-path=[^,]*", "mem-path=" + template.resolve("memory")));
      }
    }
    return command;
  }

  private static void send(OutputStream commands, String json) throws IOException {
    commands.write((json + "\n").getBytes(StandardCharsets.UTF_8));
    commands.flush();
  }

  private static void await(BufferedReader replies, String sign) throws IOException {
    String line;
    do {
      line = replies.readLine();
      if (line == null || line.contains("\"error\"")) {
        throw new IOException("raw QEMU: waiting for " + sign + ", got " + line);
      }
    } while (!line.contains(sign));
  }

  private static SocketChannel connect(Path path) throws IOException {
    SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
    channel.connect(UnixDomainSocketAddress.of(path));
    return channel;
  }

  private static void readFrame(SocketChannel agent) throws IOException {
    ByteBuffer header = ByteBuffer.allocate(10);
    fill(agent, header);
    fill(agent, ByteBuffer.allocate(header.getInt(0)));
  }

  private static void fill(SocketChannel from, ByteBuffer into) throws IOException {
    while (into.hasRemaining()) {
      if (from.read(into) < 0) {
        throw new IOException("raw QEMU: the agent's port closed");
      }
    }
  }

  private static byte[] healthCheck() {
    byte[] service = "grpc.Health".getBytes(StandardCharsets.US_ASCII);
    byte[] method = "Check".getBytes(StandardCharsets.US_ASCII);
    int length = 2 + service.length + 2 + method.length;
    ByteBuffer frame = ByteBuffer.allocate(10 + length);
    frame.putInt(length).putInt(1).put((byte) 1).put((byte) 0);
    frame.put((byte) 0x0a).put((byte) service.length).put(service);
    frame.put((byte) 0x12).put((byte) method.length).put(method);
    return frame.array();
  }
}
