package io.vmfactory.bench.run;

import io.vmfactory.bench.cases.BenchCase;
import io.vmfactory.bench.cases.Progress;
import io.vmfactory.bench.report.CaseReport;
import io.vmfactory.configs.host.TerminalStream;
import java.io.PrintWriter;
import java.time.Duration;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;

/** Shows the progress of a run: a bar per case on a terminal, otherwise a line now and then. */
final class ProgressDisplay implements Progress {
  private static final int USUAL_WIDTH = 80;
  private static final int UPDATE_MILLIS = 250;

  /** Lines for the rounds of one case if there is no bar. */
  private static final int LINES = 5;

  private final PrintWriter err;
  private final boolean watched;
  private @Nullable ProgressBar bar;
  private String title = "";
  private int lines;

  /**
   * @param err receives the lines; a bar goes to the process's own standard error
   * @param watched whether standard error is a terminal
   */
  ProgressDisplay(PrintWriter err, boolean watched) {
    this.err = err;
    this.watched = watched;
  }

  /** Whether standard error is a terminal that can show a bar. */
  static boolean isWatched() {
    return TerminalStream.ERR.takesControls(System.getenv());
  }

  /** The user may change the size of the terminal while the bar is shown. */
  private static ConsoleProgressBarConsumer asWideAsTheTerminal() {
    return new ConsoleProgressBarConsumer(System.err, USUAL_WIDTH) {
      @Override
      public int getMaxRenderedLength() {
        return TerminalStream.ERR.columns(USUAL_WIDTH) - 1;
      }
    };
  }

  synchronized void begins(BenchCase benchCase, int number, int of) {
    title = "[%d/%d] %s".formatted(number, of, benchCase.name());
    lines = 0;
    if (watched) {
      bar =
          new ProgressBarBuilder()
              .setTaskName(title)
              .setInitialMax(-1)
              .setStyle(ProgressBarStyle.ASCII)
              .setUpdateIntervalMillis(UPDATE_MILLIS)
              .setConsumer(asWideAsTheTerminal())
              .build();
    } else {
      line(benchCase.summary());
    }
  }

  @Override
  public synchronized void at(int done, int of, String what) {
    if (bar != null) {
      if (of > 0) {
        bar.maxHint(of);
        bar.stepTo(done);
      }
      bar.setExtraMessage(what);
    } else if (of == 0) {
      line(what);
    } else if (LINES * done >= lines * of) {
      line("%s, %d of %d".formatted(what, done + 1, of));
      lines++;
    }
  }

  synchronized void ended(CaseReport report) {
    if (bar != null) {
      bar.close();
      bar = null;
    }
    long seconds = Duration.between(report.begun(), report.ended()).toSeconds();
    line(report.failure().isEmpty() ? "done, " + seconds + " s" : "FAILED: " + report.failure());
  }

  /** Shows the whole failure, of which the report has only one sentence. */
  synchronized void failed(RuntimeException e) {
    e.printStackTrace(err);
  }

  private void line(String text) {
    err.println(title + ": " + text);
    err.flush();
  }
}
