package io.vmfactory.cli;

import io.vmfactory.configs.ErrorText;
import io.vmfactory.configs.time.DeadlineExceededException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * Shows the daemon's status repeatedly. Reports a daemon that does not answer, and continues when
 * it answers again.
 */
final class StatusWatch {
  private final Supplier<List<String>> status;
  private final Supplier<Instant> clock;
  private final StatusPages pages;

  /**
   * @param status asks the daemon, in bounded time
   */
  StatusWatch(Supplier<List<String>> status, Supplier<Instant> clock, StatusPages pages) {
    this.status = status;
    this.clock = clock;
    this.pages = pages;
  }

  /**
   * Shows a page per interval until {@code pause} returns true or the output has no reader.
   *
   * @param pause waits for the interval; returns true to stop
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
      return away(ErrorText.of(e), e.remedy());
    } catch (DeadlineExceededException e) {
      return away(ErrorText.of(e), "");
    }
  }

  private static List<String> away(String message, String remedy) {
    List<String> lines = new ArrayList<>(message.lines().toList());
    remedy.lines().forEach(lines::add);
    lines.add("trying again until the daemon answers; press Ctrl-C to stop");
    lines.add("");
    lines.add(StatusView.lastLine(false));
    return lines;
  }
}
