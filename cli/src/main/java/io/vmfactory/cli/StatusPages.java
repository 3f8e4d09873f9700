package io.vmfactory.cli;

import java.io.PrintWriter;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntSupplier;

/**
 * Shows pages one after the other. On a terminal each page replaces the last one; elsewhere it
 * follows it.
 */
interface StatusPages {
  void show(List<String> lines, Instant now);

  /** Restores the terminal and leaves the last page above the prompt. Call it once. */
  void end();

  /** Returns whether the output has no reader any more. */
  boolean unread();

  /** Appends pages, each under a line with its time. */
  static StatusPages appended(PrintWriter out) {
    return new StatusPages() {
      @Override
      public void show(List<String> lines, Instant now) {
        out.println("--- " + now.truncatedTo(ChronoUnit.SECONDS));
        lines.forEach(line -> out.println(Show.harmless(line)));
        out.println();
        out.flush();
      }

      @Override
      public void end() {}

      @Override
      public boolean unread() {
        return out.checkError();
      }
    };
  }

  /**
   * Shows pages in place on an ECMA-48 terminal. Cuts off what exceeds the window, so that the
   * terminal never scrolls.
   *
   * @param height returns the current height of the window; called for each page
   */
  static StatusPages inPlace(PrintWriter out, IntSupplier height) {
    return new InPlace(out, height);
  }

  /** Implements {@link #inPlace}. */
  final class InPlace implements StatusPages {
    private static final String CLEAR = "\u001b[2J";
    private static final String HOME = "\u001b[H";
    private static final String WHOLE_LINE = "\u001b[2K";
    private static final String REST_OF_SCREEN = "\u001b[J";
    private static final String CUT_LINES = "\u001b[?7l";
    private static final String WRAP_LINES = "\u001b[?7h";
    private static final String HIDE_CURSOR = "\u001b[?25l";
    private static final String SHOW_CURSOR = "\u001b[?25h";

    private final PrintWriter out;
    private final IntSupplier height;
    private boolean begun;
    private boolean ended;

    private InPlace(PrintWriter out, IntSupplier height) {
      this.out = out;
      this.height = height;
    }

    @Override
    public synchronized void show(List<String> lines, Instant now) {
      if (ended) {
        return;
      }
      out.print(begun ? HOME : CUT_LINES + HIDE_CURSOR + CLEAR + HOME);
      begun = true;
      // The last line stays free for the cursor, because ending it would scroll the window.
      fitting(lines, Math.max(1, height.getAsInt() - 1))
          .forEach(line -> out.print(WHOLE_LINE + Show.harmless(line) + "\r\n"));
      out.print(REST_OF_SCREEN);
      out.flush();
    }

    private static List<String> fitting(List<String> lines, int most) {
      if (lines.size() <= most) {
        return lines;
      }
      List<String> shown = new ArrayList<>(lines.subList(0, most - 1));
      shown.add("(%d more lines do not fit)".formatted(lines.size() - most + 1));
      return shown;
    }

    @Override
    public synchronized void end() {
      if (begun && !ended) {
        out.print(WRAP_LINES + SHOW_CURSOR);
        out.flush();
      }
      ended = true;
    }

    @Override
    public boolean unread() {
      return out.checkError();
    }
  }
}
