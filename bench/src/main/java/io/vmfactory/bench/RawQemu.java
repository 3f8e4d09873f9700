package io.vmfactory.bench;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.configs.time.Laps;
import io.vmfactory.configs.time.Laps.Lap;
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
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * The floor of a clone: the same QEMU with the same devices, restored from the same template by
 * hand, with no daemon, no lease, no gate and none of our code on the way. Its steps are what a
 * clone's are compared with.
 */
final class RawQemu {
  /** A hundred times what a clone takes: who is not there by then does not come. */
  private static final Duration LIMIT = Duration.ofSeconds(20);

  /**
   * ttRPC request 1: grpc.Health/Check with an empty payload; see containerd/ttrpc for the frame.
   */
  private static final byte[] HEALTH_CHECK = healthCheck();

  private final List<String> command;
  private final Path template;
  private final Path stateSocket;
  private final Path agentSocket;

  /**
   * @param clone command line of a clone that the daemon made: the floor takes its devices from
   *     there
   * @param template the template's folder in the store
   * @param folder where sockets may be made
   */
  RawQemu(List<String> clone, Path template, Path folder) {
    this.template = template;
    this.stateSocket = folder.resolve("state.sock");
    this.agentSocket = folder.resolve("agent.sock");
    this.command = ByHand.command(clone, template.resolve("memory"), agentSocket);
  }

  /**
   * Restores one clone until its agent has answered, then kills it. Laps: spawn, load, cont,
   * answer.
   *
   * @throws IOException when a step fails or all of them take more than 20 s; says after which
   */
  Laps run() throws IOException {
    byte[] state = Files.readAllBytes(template.resolve("state"));
    Laps laps = new Laps();
    Process qemu =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
    CompletableFuture<Void> limit = killAtLimit(qemu);
    try {
      restore(qemu, state, laps);
      return laps;
    } catch (IOException e) {
      String late = limit.isDone() ? "not done after " + LIMIT.toSeconds() + " s: " : "";
      List<String> done = laps.all().stream().map(Lap::name).toList();
      throw new IOException("raw QEMU, after %s: %s%s".formatted(done, late, e.getMessage()), e);
    } finally {
      limit.cancel(false);
      Deadline.after(LIMIT).await(qemu.destroyForcibly().onExit(), "raw QEMU to end");
      Files.deleteIfExists(agentSocket);
      Files.deleteIfExists(stateSocket);
    }
  }

  /** Its end is the end of every read and write that waits for it, which have no limit. */
  private static CompletableFuture<Void> killAtLimit(Process qemu) {
    return CompletableFuture.runAsync(
        qemu::destroyForcibly,
        CompletableFuture.delayedExecutor(LIMIT.toSeconds(), TimeUnit.SECONDS));
  }

  private void restore(Process qemu, byte[] state, Laps laps) throws IOException {
    try (BufferedReader replies = qemu.inputReader(StandardCharsets.UTF_8);
        OutputStream commands = qemu.getOutputStream()) {
      await(replies, "\"QMP\"");
      laps.lap("spawn");
      load(replies, commands, state);
      laps.lap("load");
      try (SocketChannel agent = connect(agentSocket)) {
        send(commands, "{\"execute\":\"cont\"}");
        await(replies, "\"return\"");
        laps.lap("cont");
        agent.write(ByteBuffer.wrap(HEALTH_CHECK));
        readFrame(agent);
        laps.lap("answer");
      }
    }
  }

  private void load(BufferedReader replies, OutputStream commands, byte[] state)
      throws IOException {
    send(commands, "{\"execute\":\"qmp_capabilities\"}");
    send(
        commands,
        "{\"execute\":\"migrate-set-capabilities\",\"arguments\":{\"capabilities\":["
            + "{\"capability\":\"x-ignore-shared\",\"state\":true},"
            + "{\"capability\":\"events\",\"state\":true}]}}");
    send(
        commands,
        "{\"execute\":\"migrate-incoming\",\"arguments\":{\"uri\":\"unix:" + stateSocket + "\"}}");
    for (int reply = 0; reply < 3; reply++) {
      await(replies, "\"return\"");
    }
    try (SocketChannel channel = connect(stateSocket)) {
      ByteBuffer bytes = ByteBuffer.wrap(state);
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
    }
    await(replies, "\"completed\"");
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
        throw new IOException("waiting for " + sign + ", got " + line);
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
        throw new IOException("the agent's port closed");
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
