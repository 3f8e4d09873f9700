package io.vmfactory.configs.host;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Pattern;

/** A standard stream of this process, and what is known of the terminal behind it. */
public enum TerminalStream {
  IN(0),
  OUT(1),
  ERR(2);

  private static final Pattern TERMINAL = Pattern.compile("/dev/(pts/\\d+|tty.*|console|hvc\\d+)");

  private final Path link;

  TerminalStream(int number) {
    link = Path.of("/proc/self/fd/" + number);
  }

  /** Returns whether the stream is a terminal. */
  public boolean isTerminal() {
    try {
      return TERMINAL.matcher(Files.readSymbolicLink(link).toString()).matches();
    } catch (IOException e) {
      return false;
    }
  }

  /** Returns whether the stream is a terminal that {@linkplain #wantsControls takes controls}. */
  public boolean takesControls(Map<String, String> environment) {
    return wantsControls(environment) && isTerminal();
  }

  /**
   * Returns whether the terminal of an environment understands control sequences, and colours are
   * not turned off by NO_COLOR (no-color.org).
   */
  public static boolean wantsControls(Map<String, String> environment) {
    String kind = environment.getOrDefault("TERM", "");
    return !kind.isEmpty()
        && !kind.equals("dumb")
        && environment.getOrDefault("NO_COLOR", "").isEmpty();
  }

  /** Returns the current number of columns of the terminal; {@code otherwise} if it has none. */
  public int columns(int otherwise) {
    int columns = size().columns();
    return columns == 0 ? otherwise : columns;
  }

  /** Returns the current number of lines of the terminal; {@code otherwise} if it has none. */
  public int lines(int otherwise) {
    int lines = size().rows();
    return lines == 0 ? otherwise : lines;
  }

  /** Returns the current size of the terminal. Runs stty(1). */
  public TerminalSize size() {
    if (!isTerminal()) {
      return TerminalSize.UNKNOWN;
    }
    try {
      Process stty =
          new ProcessBuilder("stty", "size")
              .redirectInput(
                  this == IN ? Redirect.INHERIT : Redirect.from(link.toRealPath().toFile()))
              .redirectError(Redirect.DISCARD)
              .start();
      return TerminalSize.parse(
          new String(stty.getInputStream().readAllBytes(), StandardCharsets.US_ASCII));
    } catch (IOException e) {
      return TerminalSize.UNKNOWN;
    }
  }
}
