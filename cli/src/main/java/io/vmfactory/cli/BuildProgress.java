package io.vmfactory.cli;

import io.vmfactory.api.v1.CreateTemplateProgress;
import io.vmfactory.configs.host.TerminalStream;
import java.io.PrintWriter;
import java.util.function.Consumer;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;

/**
 * Shows the progress of a template build: a bar on a terminal, otherwise one line per finished
 * step.
 */
final class BuildProgress implements Consumer<CreateTemplateProgress>, AutoCloseable {
  private static final int USUAL_WIDTH = 80;
  private static final int UPDATE_MILLIS = 250;

  private final PrintWriter err;
  private final boolean watched;
  private @Nullable ProgressBar bar;

  /**
   * @param err receives the lines; the bar goes to the standard error of this process
   */
  BuildProgress(PrintWriter err, boolean watched) {
    this.err = err;
    this.watched = watched;
  }

  @Override
  public synchronized void accept(CreateTemplateProgress progress) {
    if (progress.getStep().isEmpty()) {
      return;
    }
    if (watched) {
      show(progress);
    } else if (progress.getDone()) {
      err.println(line(progress));
      err.flush();
    }
  }

  @Override
  public synchronized void close() {
    if (bar != null) {
      bar.close();
    }
  }

  private void show(CreateTemplateProgress progress) {
    if (bar == null) {
      bar = newBar("template", progress.getCount());
    }
    bar.stepTo(progress.getDone() ? progress.getIndex() : progress.getIndex() - 1L);
    bar.setExtraMessage(progress.getStep());
  }

  /** Returns a bar on the standard error of this process, which is a terminal. */
  static ProgressBar newBar(String task, int steps) {
    return new ProgressBarBuilder()
        .setTaskName(task)
        .setInitialMax(steps)
        .setStyle(ProgressBarStyle.ASCII)
        .setUpdateIntervalMillis(UPDATE_MILLIS)
        .setConsumer(asWideAsTheTerminal())
        .build();
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

  private static String line(CreateTemplateProgress progress) {
    String detail = progress.getDetail().isEmpty() ? "" : " (" + progress.getDetail() + ")";
    return "[%d/%d] %s: %s%s"
        .formatted(
            progress.getIndex(),
            progress.getCount(),
            progress.getStep(),
            Show.micros(progress.getMicros()),
            detail);
  }
}
