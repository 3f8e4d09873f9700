package io.vmfactory.cli;

import io.vmfactory.configs.host.TerminalStream;
import io.vmfactory.images.MakingProgress;
import java.util.concurrent.TimeUnit;

/**
 * Reports on standard error how far the creation of an image is: on a terminal in one line that
 * changes and then disappears, else in a line now and then. A short creation is not reported.
 */
final class ImageProgress implements MakingProgress {
  private static final long FIRST = TimeUnit.MILLISECONDS.toNanos(700);
  private static final long ON_TERMINAL = TimeUnit.MILLISECONDS.toNanos(200);
  private static final long IN_LOG = TimeUnit.SECONDS.toNanos(10);
  private static final String START_OF_LINE = "\r\033[K";

  private final VmFactoryCommand root;
  private final boolean terminal;
  private final long interval;
  private long next = System.nanoTime() + FIRST;
  private boolean shown;

  ImageProgress(VmFactoryCommand root) {
    this.root = root;
    this.terminal = root.takesControls(TerminalStream.ERR);
    this.interval = terminal ? ON_TERMINAL : IN_LOG;
  }

  @Override
  public void waiting() {
    show("waiting for another process that creates the same image");
  }

  @Override
  public void advanced(long files, long bytes) {
    long now = System.nanoTime();
    if (now - next >= 0) {
      next = now + interval;
      show("creating the image: %d files, %s".formatted(files, Show.kib(bytes / 1024)));
    }
  }

  private void show(String text) {
    shown = true;
    if (terminal) {
      root.err().print(START_OF_LINE + text);
    } else {
      root.err().println("vmfactory: " + text);
    }
    root.err().flush();
  }

  @Override
  public void ended() {
    if (shown && terminal) {
      root.err().print(START_OF_LINE);
      root.err().flush();
    }
    shown = false;
  }
}
