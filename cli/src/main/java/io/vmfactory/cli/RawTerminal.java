package io.vmfactory.cli;

import io.vmfactory.configs.ErrorText;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;

/**
 * Puts the terminal on standard input into raw mode, so that each key is passed on unchanged.
 * {@link #close()} restores the previous mode. The end of this process does the same, unless it is
 * killed with SIGKILL.
 *
 * <p>Runs stty(1): three runs take 35 to 150 ms, opening the same terminal with JLine 170 to 320
 * ms.
 */
final class RawTerminal implements AutoCloseable {
  private final String before;
  private final AtomicBoolean restored = new AtomicBoolean();
  private final Thread hook = new Thread(this::restore, "terminal");

  private RawTerminal(String before) {
    this.before = before;
  }

  /** Switches the terminal on standard input to raw mode. */
  static RawTerminal enter() {
    RawTerminal terminal = new RawTerminal(stty("-g").strip());
    Runtime.getRuntime().addShutdownHook(terminal.hook);
    stty("raw", "-echo");
    return terminal;
  }

  @Override
  public void close() {
    restore();
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // The process is already ending, and the hook runs or has run.
    }
  }

  /**
   * Restores the mode once. Ignores a terminal that no longer exists, such as that of a closed
   * window.
   */
  private void restore() {
    if (restored.compareAndSet(false, true)) {
      try {
        stty(before);
      } catch (CliException e) {
        // The terminal no longer exists, so there is no place to report this.
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
      throw unusable(ErrorText.of(e));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw unusable("interrupted");
    }
  }

  private static CliException unusable(String reason) {
    return new CliException(
        Exit.FAILURE,
        "cannot set up the terminal: " + reason,
        "run without -t if you do not need a terminal");
  }
}
