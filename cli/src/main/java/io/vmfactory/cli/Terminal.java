package io.vmfactory.cli;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Checks what the standard streams are connected to. */
final class Terminal {
  /** The height if it is unknown: no page is too long. */
  private static final int ENDLESS = Integer.MAX_VALUE;

  private static final Path STDIN = Path.of("/proc/self/fd/0");
  private static final Path STDOUT = Path.of("/proc/self/fd/1");
  private static final Path STDERR = Path.of("/proc/self/fd/2");

  private Terminal() {}

  /** Returns whether standard error, which shows the progress, is a terminal. */
  static boolean isWatched() {
    return isTerminal(STDERR);
  }

  /** Returns whether standard input is a terminal. */
  static boolean givesInput() {
    return isTerminal(STDIN);
  }

  /** Returns whether standard output is a terminal. */
  static boolean showsOutput() {
    return isTerminal(STDOUT);
  }

  /**
   * Returns the current number of lines of standard output's terminal. The window size can change.
   */
  static int height() {
    try {
      Process stty =
          new ProcessBuilder("stty", "size")
              .redirectInput(STDOUT.toRealPath().toFile())
              .redirectError(Redirect.DISCARD)
              .start();
      String size = new String(stty.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
      return height(size);
    } catch (IOException e) {
      return ENDLESS;
    }
  }

  /**
   * Returns the first of the two numbers that stty prints. Zero means that the terminal has no
   * size.
   */
  static int height(String size) {
    String first = size.strip().split(" ", 2)[0];
    int lines = first.matches("\\d{1,5}") ? Integer.parseInt(first) : 0;
    return lines == 0 ? ENDLESS : lines;
  }

  private static boolean isTerminal(Path stream) {
    try {
      String target = Files.readSymbolicLink(stream).toString();
      return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty");
    } catch (IOException e) {
      return false;
    }
  }
}
