package io.vmfactory.linux;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * A network namespace for one test. A child holds it and ends when its standard input closes, which
 * happens at the latest with this process. So no namespace is left behind.
 */
public final class TestNamespace implements AutoCloseable {
  private final Process holder;

  private TestNamespace(Process holder) {
    this.holder = holder;
  }

  /** Makes an empty namespace, its loopback down. */
  public static TestNamespace make() {
    return make("unshare", "--net");
  }

  /** Makes a namespace that belongs to the user namespace of another user. */
  public static TestNamespace makeOf(int uid) {
    return make(
        "setpriv",
        "--reuid=" + uid,
        "--clear-groups",
        "unshare",
        "--user",
        "--map-root-user",
        "--net");
  }

  private static TestNamespace make(String... how) {
    List<String> command = new ArrayList<>(List.of(how));
    command.addAll(List.of("sh", "-c", "echo ready; exec cat"));
    try {
      Process holder = new ProcessBuilder(command).redirectErrorStream(true).start();
      String ready = holder.inputReader(UTF_8).readLine();
      if (!"ready".equals(ready)) {
        throw new IllegalStateException("no namespace: " + ready);
      }
      return new TestNamespace(holder);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns a path that names it. */
  public Path path() {
    return Path.of("/proc", Long.toString(holder.pid()), "ns", "net");
  }

  /** Runs a command in it and returns the output. */
  public String run(String... command) {
    String[] inside = {"nsenter", "--net=" + path()};
    return here(Stream.of(inside, command).flatMap(Stream::of).toArray(String[]::new));
  }

  /** Runs a command in the namespace of this process and returns the output. */
  public static String here(String... command) {
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      process.getOutputStream().close();
      String output = new String(process.getInputStream().readAllBytes(), UTF_8);
      int code = process.waitFor();
      if (code != 0) {
        throw new IllegalStateException(
            "%s: exit code %d: %s".formatted(String.join(" ", command), code, output));
      }
      return output;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    holder.destroyForcibly().onExit().join();
  }
}
