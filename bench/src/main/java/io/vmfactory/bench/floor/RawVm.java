package io.vmfactory.bench.floor;

import io.vmfactory.configs.time.Deadline;
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
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A QEMU process that the bench starts itself and controls over its standard input and output, with
 * one connection to the agent inside. When the process ends, every read that waits for it ends too.
 */
public final class RawVm implements AutoCloseable {
  private static final Duration LIMIT = Duration.ofSeconds(20);

  /**
   * ttRPC request 1: grpc.Health/Check with an empty payload; see containerd/ttrpc for the frame.
   */
  private static final byte[] HEALTH_CHECK = healthCheck();

  private final Process qemu;
  private final BufferedReader replies;
  private final OutputStream commands;
  private final Sockets sockets;
  private @Nullable SocketChannel agent;

  /** Paths of the two sockets of a VM; neither exists before it starts and after it ends. */
  public record Sockets(Path state, Path agent) {}

  /** Starts the VM; {@link #greet} waits until its monitor is ready. */
  public RawVm(List<String> command, Sockets sockets) throws IOException {
    this.sockets = sockets;
    qemu = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
    replies = qemu.inputReader(StandardCharsets.UTF_8);
    commands = qemu.getOutputStream();
  }

  /** Waits for the monitor. */
  public void greet() throws IOException {
    await("\"QMP\"");
  }

  /** Loads the device state. */
  public void load(byte[] state) throws IOException {
    send("{\"execute\":\"qmp_capabilities\"}");
    send(
        "{\"execute\":\"migrate-set-capabilities\",\"arguments\":{\"capabilities\":["
            + "{\"capability\":\"events\",\"state\":true}]}}");
    send(
        "{\"execute\":\"migrate-incoming\",\"arguments\":{\"uri\":\"unix:"
            + sockets.state()
            + "\"}}");
    for (int reply = 0; reply < 3; reply++) {
      await("\"return\"");
    }
    try (SocketChannel channel = connect(sockets.state())) {
      ByteBuffer bytes = ByteBuffer.wrap(state);
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
    }
    await("\"completed\"");
  }

  /** Connects to the agent's port; the connection waits in QEMU until the guest reads. */
  public void connect() throws IOException {
    agent = connect(sockets.agent());
  }

  /** Ends the state in which the monitor accepts no other command; {@link #load} does so too. */
  public void negotiate() throws IOException {
    send("{\"execute\":\"qmp_capabilities\"}");
    await("\"return\"");
  }

  /** Lets the CPUs run. */
  public void cont() throws IOException {
    send("{\"execute\":\"cont\"}");
    await("\"return\"");
  }

  /** Asks the agent one question and reads its answer. */
  public void answer() throws IOException {
    SocketChannel connection = Objects.requireNonNull(agent, "call connect first");
    connection.write(ByteBuffer.wrap(HEALTH_CHECK));
    ByteBuffer header = ByteBuffer.allocate(10);
    fill(connection, header);
    fill(connection, ByteBuffer.allocate(header.getInt(0)));
  }

  /** Stops the CPUs. */
  public void stop() throws IOException {
    send("{\"execute\":\"stop\"}");
    await("\"return\"");
  }

  /** Writes the device state of the stopped VM to a file. */
  void saveDevices(Path file) throws IOException {
    send(
        "{\"execute\":\"xen-save-devices-state\",\"arguments\":{\"filename\":\""
            + file
            + "\",\"live\":false}}");
    await("\"return\"");
  }

  /** Returns the id of its process. */
  long pid() {
    return qemu.pid();
  }

  /** Kills the process; any thread may call this. */
  public void kill() {
    qemu.destroyForcibly();
  }

  /** Ends the process and removes everything of it. */
  @Override
  public void close() throws IOException {
    kill();
    Deadline.after(LIMIT).await(qemu.onExit(), "raw QEMU to end");
    if (agent != null) {
      agent.close();
    }
    replies.close();
    Files.deleteIfExists(sockets.agent());
    Files.deleteIfExists(sockets.state());
  }

  private void send(String json) throws IOException {
    commands.write((json + "\n").getBytes(StandardCharsets.UTF_8));
    commands.flush();
  }

  private void await(String sign) throws IOException {
    String line;
    do {
      line = replies.readLine();
      if (line == null || line.contains("\"error\"")) {
        throw new IOException("waited for " + sign + ", got " + line);
      }
    } while (!line.contains(sign));
  }

  private static SocketChannel connect(Path path) throws IOException {
    SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
    channel.connect(UnixDomainSocketAddress.of(path));
    return channel;
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
