package io.vmfactory.cli;

import io.vmfactory.configs.time.DeadlineExceededException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * Shows the daemon's status again and again. A daemon that is away, stuck or ending is told of, and
 * shown again when it is back.
 */
final class StatusWatch {
  private final Supplier<List<String>> status;
  private final Supplier<Instant> clock;
  private final Pages pages;

  /**
   * @param status asks the daemon, in bounded time
   */
  StatusWatch(Supplier<List<String>> status, Supplier<Instant> clock, Pages pages) {
    this.status = status;
    this.clock = clock;
    this.pages = pages;
  }

  /**
   * Goes on until {@code pause}, which waits from one page to the next, says that it is enough, or
   * nobody reads.
   */
  void run(Duration interval, Predicate<Duration> pause) {
    do {
      pages.show(page(), clock.get());
    } while (!pause.test(interval) && !pages.unread());
  }

  private List<String> page() {
    try {
      return status.get();
    } catch (CliException e) {
      if (e.exit() == Exit.USAGE) {
        throw e;
      }
      return away(e.getMessage(), e.remedy());
    } catch (DeadlineExceededException e) {
      return away(e.getMessage(), "");
    }
  }

  private static List<String> away(String message, String remedy) {
    List<String> lines = new ArrayList<>(message.lines().toList());
    remedy.lines().forEach(lines::add);
    lines.add("asking again until it answers; Ctrl-C ends this");
    lines.add("");
    lines.add(StatusView.lastLine(false));
    return lines;
  }
}
