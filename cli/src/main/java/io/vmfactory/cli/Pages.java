package io.vmfactory.cli;

import java.io.PrintWriter;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntSupplier;

/** Shows pages one after the other: each in place of the last on a terminal, else below it. */
interface Pages {
  void show(List<String> lines, Instant now);

  /** Leaves the terminal as it was, the last page above the prompt. Once. */
  void end();

  /** Whether nobody reads any more. */
  boolean unread();

  /** Each with its time above it. */
  static Pages appended(PrintWriter out) {
    return new Pages() {
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
   * In place, on a terminal that understands ECMA-48. What is too high or wide for it is cut off,
   * so that it never scrolls.
   *
   * @param height asked anew for each page
   */
  static Pages inPlace(PrintWriter out, IntSupplier height) {
    return new InPlace(out, height);
  }

  /** See {@link #inPlace}. */
  final class InPlace implements Pages {
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
      // The last line stays free for the cursor: to end it would scroll.
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
      shown.add("(%d more lines than fit here)".formatted(lines.size() - most + 1));
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
