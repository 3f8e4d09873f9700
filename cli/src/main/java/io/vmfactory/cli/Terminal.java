package io.vmfactory.cli;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** What the standard streams are connected to. */
final class Terminal {
  /** Where nothing tells: a page as long as anybody's. */
  private static final int ENDLESS = Integer.MAX_VALUE;

  private static final Path STDIN = Path.of("/proc/self/fd/0");
  private static final Path STDOUT = Path.of("/proc/self/fd/1");
  private static final Path STDERR = Path.of("/proc/self/fd/2");

  private Terminal() {}

  /** Whether somebody watches standard error, where progress is shown. */
  static boolean isWatched() {
    return isTerminal(STDERR);
  }

  /** Whether somebody types on standard input. */
  static boolean givesInput() {
    return isTerminal(STDIN);
  }

  /** Whether somebody watches standard output. */
  static boolean showsOutput() {
    return isTerminal(STDOUT);
  }

  /** Lines that standard output's terminal shows at once, as it is now: windows change. */
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

  /** The first of the two numbers that stty prints; a terminal without a size has zero. */
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
