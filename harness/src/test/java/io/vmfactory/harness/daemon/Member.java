package io.vmfactory.harness.daemon;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A user of the host that is a client of a daemon: runs programs as that user, with one group.
 *
 * @param uid its user id
 * @param gid its only group
 * @param socket the daemon's socket
 */
record Member(int uid, int gid, Path socket) {
  /**
   * What a program printed, standard error included.
   *
   * @param code its exit code
   */
  record Result(int code, String text) {
    /** Returns the value of the first JSON field with that name. */
    String field(String name) {
      Matcher field = Pattern.compile("\"" + name + "\":\\s*\"([^\"]*)\"").matcher(text);
      if (!field.find()) {
        throw new AssertionError("no field " + name + " in " + text);
      }
      return field.group(1);
    }

    /** Returns the HTTP status at the end of what curl printed. */
    int status() {
      return Integer.parseInt(text.substring(text.lastIndexOf('\n') + 1));
    }
  }

  /** Returns the command line that runs {@code command} as this user. */
  List<String> as(List<String> command) {
    List<String> all =
        new ArrayList<>(
            List.of("setpriv", "--reuid=" + uid, "--regid=" + gid, "--clear-groups", "--"));
    all.addAll(command);
    return all;
  }

  /** Runs a program to its end. */
  Result run(String... command) {
    return run(List.of(command));
  }

  Result run(List<String> command) {
    try {
      Process process = new ProcessBuilder(as(command)).redirectErrorStream(true).start();
      process.getOutputStream().close();
      String text = new String(process.getInputStream().readAllBytes(), UTF_8);
      return new Result(process.waitFor(), text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** Asks the daemon, over JSON. */
  Result ask(String method, String path, String body) {
    return run(
        "curl",
        "-s",
        "--max-time",
        "120",
        "-w",
        "\n%{http_code}",
        "-X",
        method,
        "-d",
        body,
        "--unix-socket",
        socket.toString(),
        "http://localhost" + path);
  }

  /** Gets a VM. */
  Result get() {
    return ask("POST", "/v1/vms", "{\"leaseTtl\": \"600s\"}");
  }

  /** Returns whether this user can connect to a socket. */
  boolean connects(Path other) {
    int refused = 7;
    return run("curl", "-s", "--max-time", "0.3", "--unix-socket", other.toString(), "http://x/")
            .code()
        != refused;
  }
}
