package io.vmfactory.cli;

import io.vmfactory.configs.ErrorText;
import io.vmfactory.configs.host.DaemonSocket;
import io.vmfactory.configs.time.Deadline;
import java.io.EOFException;
import java.io.IOException;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.AccessMode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A lightweight client of the daemon: unary calls as JSON over HTTP/1.1 on the daemon's UNIX
 * socket. Uses only the JDK, because loading the gRPC client takes longer than a short call. Opens
 * one connection per call.
 */
final class HttpJson {
  /** Longer than any deadline of the daemon. Ends the wait for a daemon that hangs. */
  private static final Duration PATIENCE = Duration.ofHours(2);

  /**
   * The extra time that this side waits, so that the daemon can report its own timeout and the
   * cause.
   */
  private static final Duration GRACE = Duration.ofSeconds(1);

  private final Path socket;
  private final @Nullable Duration timeout;

  /**
   * @param timeout how long the daemon may take for a call; null for the daemon's default
   */
  HttpJson(Path socket, @Nullable Duration timeout) {
    this.socket = socket;
    this.timeout = timeout;
  }

  JsonValue get(String path) {
    return call("GET", path, null);
  }

  JsonValue delete(String path) {
    return call("DELETE", path, null);
  }

  JsonValue post(String path, JsonValue body) {
    return call("POST", path, body);
  }

  private JsonValue call(String method, String path, @Nullable JsonValue body) {
    Deadline deadline = Deadline.after(timeout == null ? PATIENCE : timeout.plus(GRACE));
    try (DeadlineSocket connection = connect(deadline)) {
      connection.send(request(method, path, body));
      return result(HttpReply.read(connection));
    } catch (EOFException | SocketException e) {
      throw new CliException(
          Exit.FAILURE,
          "the daemon at " + socket + " closed the connection without an answer",
          "it accepts only its own user, root and members of socket_group; if you are one of these,"
              + " see its log");
    } catch (IOException e) {
      throw new CliException(
          Exit.FAILURE,
          "the server at " + socket + " is not a vmfactory daemon: " + e.getMessage(),
          "set the right socket with --socket or --config");
    }
  }

  private void requireDaemons() {
    try {
      DaemonSocket.require(socket);
    } catch (IOException e) {
      throw new CliException(
          Exit.FAILURE, ErrorText.of(e), "name the daemon's socket with --socket or --config");
    }
  }

  private DeadlineSocket connect(Deadline deadline) throws IOException {
    requireDaemons();
    try {
      return new DeadlineSocket(socket, deadline);
    } catch (SocketException e) {
      if (isForbidden()) {
        throw new CliException(
            Exit.FAILURE,
            "permission denied: cannot connect to the daemon at " + socket,
            "run as the daemon's user or as root, or join the group in its socket_group setting");
      }
      throw new CliException(
          Exit.NOT_RUNNING,
          "no daemon is running at " + socket,
          "start it with: vmfactory serve (or set another socket with --socket or --config)");
    }
  }

  /**
   * Returns whether permissions prevent the connection. A parent directory without access counts:
   * it hides whether the socket exists.
   */
  private boolean isForbidden() {
    try {
      socket.getFileSystem().provider().checkAccess(socket, AccessMode.WRITE);
      return false;
    } catch (AccessDeniedException e) {
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  private byte[] request(String method, String path, @Nullable JsonValue body) {
    byte[] content = (body == null ? "" : body.toString()).getBytes(StandardCharsets.UTF_8);
    List<String> head = new ArrayList<>();
    head.add(method + " " + path + " HTTP/1.1");
    head.add("Host: localhost");
    head.add("Connection: close");
    if (body != null) {
      head.add("Content-Type: application/json");
      head.add("Content-Length: " + content.length);
    }
    if (timeout != null) {
      head.add("grpc-timeout: " + grpcTimeout(timeout));
    }
    byte[] start = (String.join("\r\n", head) + "\r\n\r\n").getBytes(StandardCharsets.US_ASCII);
    byte[] all = new byte[start.length + content.length];
    System.arraycopy(start, 0, all, 0, start.length);
    System.arraycopy(content, 0, all, start.length, content.length);
    return all;
  }

  /** Formats a timeout for gRPC: at most eight digits and a unit. */
  private static String grpcTimeout(Duration timeout) {
    long millis = timeout.toMillis();
    return millis < 100_000_000 ? millis + "m" : timeout.toSeconds() + "S";
  }

  private static JsonValue result(HttpReply reply) throws IOException {
    if (reply.ok()) {
      return JsonValue.parse(reply.body());
    }
    throw RpcError.of(reply).toException();
  }
}
