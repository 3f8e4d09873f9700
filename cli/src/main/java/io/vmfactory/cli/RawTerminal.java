package io.vmfactory.cli;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;

/**
 * The terminal on standard input in raw mode: each key goes through as it is. Closing it restores
 * the mode that it had, and so does the end of this process, however it comes about, short of
 * SIGKILL.
 *
 * <p>By stty(1): three runs of it take 35 to 150 ms, opening the same terminal with JLine 170 to
 * 320 ms.
 */
final class RawTerminal implements AutoCloseable {
  private final String before;
  private final AtomicBoolean restored = new AtomicBoolean();
  private final Thread hook = new Thread(this::restore, "terminal");

  private RawTerminal(String before) {
    this.before = before;
  }

  /** Puts the terminal on standard input in raw mode. */
  static RawTerminal enter() {
    RawTerminal terminal = new RawTerminal(stty("-g").strip());
    Runtime.getRuntime().addShutdownHook(terminal.hook);
    stty("raw", "-echo");
    return terminal;
  }

  /** The size of the window of the terminal on standard input. */
  static TerminalSize size() {
    try {
      return TerminalSize.parse(stty("size"));
    } catch (CliException e) {
      return TerminalSize.UNKNOWN;
    }
  }

  @Override
  public void close() {
    restore();
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // The process is ending already, and the hook runs or has run.
    }
  }

  /** A terminal that is gone, such as that of a closed window, needs nothing. */
  private void restore() {
    if (restored.compareAndSet(false, true)) {
      try {
        stty(before);
      } catch (CliException e) {
        // Nobody is left to tell.
      }
    }
  }

  private static String stty(String... arguments) {
    List<String> command = Stream.concat(Stream.of("stty"), Stream.of(arguments)).toList();
    try {
      Process stty =
          new ProcessBuilder(command)
              .redirectInput(Redirect.INHERIT)
              .redirectError(Redirect.DISCARD)
              .start();
      String output = new String(stty.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
      if (stty.waitFor() == 0) {
        return output;
      }
      throw unusable("stty failed");
    } catch (IOException e) {
      throw unusable(e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw unusable("interrupted");
    }
  }

  private static CliException unusable(String reason) {
    return new CliException(
        Exit.FAILURE, "cannot set up the terminal: " + reason, "without -t none is needed");
  }
}
