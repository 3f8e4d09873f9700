package io.vmfactory.cli;

import io.vmfactory.configs.host.TerminalStream;
import me.tongfei.progressbar.ProgressBar;
import org.jspecify.annotations.Nullable;

/**
 * Shows on a terminal what a command works on, how many of its pieces are done, and for how long it
 * has been at work. Shows nothing elsewhere.
 */
final class WorkProgress implements AutoCloseable {
  private final @Nullable ProgressBar bar;

  private WorkProgress(@Nullable ProgressBar bar) {
    this.bar = bar;
  }

  /**
   * Begins to show.
   *
   * @param verb what is done
   * @param pieces to how many things
   */
  static WorkProgress of(VmFactoryCommand root, String verb, int pieces) {
    boolean watched = root.takesControls(TerminalStream.ERR);
    return new WorkProgress(watched ? BuildProgress.newBar(verb, pieces) : null);
  }

  /** The work on a piece begins. */
  void begin(String piece) {
    if (bar != null) {
      bar.setExtraMessage(piece);
    }
  }

  /** The work on a piece has ended. */
  void done() {
    if (bar != null) {
      bar.step();
    }
  }

  /** Leaves what is shown last. */
  @Override
  public void close() {
    if (bar != null) {
      bar.close();
    }
  }
}
