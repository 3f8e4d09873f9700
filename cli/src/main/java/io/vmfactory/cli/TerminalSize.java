package io.vmfactory.cli;

/** The window size of a terminal, in characters. Zero means unknown. */
record TerminalSize(int rows, int columns) {
  static final TerminalSize UNKNOWN = new TerminalSize(0, 0);

  /** Parses the two numbers that {@code stty size} prints. */
  static TerminalSize parse(String text) {
    String line = text.strip();
    if (!line.matches("\\d{1,5} \\d{1,5}")) {
      return UNKNOWN;
    }
    String[] numbers = line.split(" ", 2);
    return new TerminalSize(Integer.parseInt(numbers[0]), Integer.parseInt(numbers[1]));
  }

  boolean isKnown() {
    return rows > 0 && columns > 0;
  }
}
