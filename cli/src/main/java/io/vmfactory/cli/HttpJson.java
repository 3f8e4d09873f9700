package io.vmfactory.cli;

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
 * The light way in: the daemon's unary calls as JSON over HTTP/1.1 on its UNIX socket. Needs only
 * the JDK, so that a short command is not longer loading its client than asking. One connection per
 * call.
 */
final class HttpJson {
  /** Beyond any deadline of the daemon's: ends the wait for one that hangs. */
  private static final Duration PATIENCE = Duration.ofHours(2);

  /** The daemon notices first that the time is over, and says what took it. */
  private static final Duration GRACE = Duration.ofSeconds(1);

  private final Path socket;
  private final @Nullable Duration timeout;

  /**
   * @param timeout how long the daemon may take for a call; null = as it is configured
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
          "the daemon at " + socket + " closed the connection before it had answered",
          "it lets in its own user, root and the members of its socket_group; else see its log");
    } catch (IOException e) {
      throw new CliException(
          Exit.FAILURE,
          "what answers at " + socket + " is no vmfactory daemon: " + e.getMessage(),
          "name the right socket with --socket or --config");
    }
  }

  private DeadlineSocket connect(Deadline deadline) throws IOException {
    try {
      return new DeadlineSocket(socket, deadline);
    } catch (SocketException e) {
      if (isForbidden()) {
        throw new CliException(
            Exit.FAILURE,
            "permission denied: you may not connect to the daemon at " + socket,
            "run as the daemon's user or as root, or join the socket_group of its configuration");
      }
      throw new CliException(
          Exit.NOT_RUNNING,
          "no daemon is running at " + socket,
          "start one with: vmfactory serve (or name another with --socket or --config)");
    }
  }

  /** Also when a folder on the way to the socket lets nobody in to see whether it is there. */
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

  /** As gRPC writes it: at most eight digits and a unit. */
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
