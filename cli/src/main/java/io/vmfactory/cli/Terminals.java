package io.vmfactory.cli;

import io.vmfactory.configs.host.TerminalSize;
import io.vmfactory.configs.host.TerminalStream;
import java.util.stream.Stream;

/** The terminals behind the user's standard streams. */
interface Terminals {
  /** Returns whether {@code stream} is a terminal. */
  boolean isTerminal(TerminalStream stream);

  /** Returns the current size of a stream's terminal; unknown if it has none. */
  TerminalSize size(TerminalStream stream);

  /** Returns the terminals of this process. */
  static Terminals ofThisProcess() {
    return new Terminals() {
      @Override
      public boolean isTerminal(TerminalStream stream) {
        return stream.isTerminal();
      }

      @Override
      public TerminalSize size(TerminalStream stream) {
        return stream.size();
      }
    };
  }

  /** Returns the size of the terminal on standard input, or else on standard output or error. */
  default TerminalSize size() {
    return Stream.of(TerminalStream.values())
        .filter(this::isTerminal)
        .map(this::size)
        .findFirst()
        .orElse(TerminalSize.UNKNOWN);
  }
}
