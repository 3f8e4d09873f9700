package io.vmfactory.configs.host;

/** The window size of a terminal, in characters. Zero means unknown. */
public record TerminalSize(int rows, int columns) {
  /** The size of a stream that is no terminal, or of a terminal that has none. */
  public static final TerminalSize UNKNOWN = new TerminalSize(0, 0);

  /** Parses the two numbers that {@code stty size} prints. */
  static TerminalSize parse(String text) {
    String line = text.strip();
    if (!line.matches("\\d{1,5} \\d{1,5}")) {
      return UNKNOWN;
    }
    String[] numbers = line.split(" ", 2);
    return new TerminalSize(Integer.parseInt(numbers[0]), Integer.parseInt(numbers[1]));
  }

  /** Returns whether both numbers are known. */
  public boolean isKnown() {
    return rows > 0 && columns > 0;
  }
}
