package io.vmfactory.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vmfactory.configs.time.DeadlineExceededException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class StatusWatchTest {
  private static final Duration SECOND = Duration.ofSeconds(1);

  private final StringWriter written = new StringWriter();
  private final PrintWriter out = new PrintWriter(written);
  private final Deque<Supplier<List<String>>> answers = new ArrayDeque<>();
  private final List<Duration> pauses = new ArrayList<>();

  private void watch(StatusPages pages) {
    new StatusWatch(() -> answers.remove().get(), () -> Cli.NOW, pages)
        .run(
            SECOND,
            pause -> {
              pauses.add(pause);
              return answers.isEmpty();
            });
  }

  private void answers(String... lines) {
    answers.add(() -> List.of(lines));
  }

  private void fails(RuntimeException failure) {
    answers.add(
        () -> {
          throw failure;
        });
  }

  @Test
  void elsewhereThanOnATerminalBlocksFollowWithTheirTime() {
    answers("a", "b");
    answers("c");

    watch(StatusPages.appended(out));

    assertThat(written)
        .hasToString("--- 2026-01-01T12:00:00Z\na\nb\n\n--- 2026-01-01T12:00:00Z\nc\n\n");
    assertThat(pauses).containsExactly(SECOND, SECOND);
  }

  @Test
  void aDaemonThatIsAwayIsReportedAndShownWhenItIsBack() {
    answers("up");
    fails(new CliException(Exit.NOT_RUNNING, "no daemon is running at /s", "start one"));
    fails(new DeadlineExceededException("deadline exceeded"));
    answers("up again");

    watch(StatusPages.appended(out));

    assertThat(written.toString())
        .containsSubsequence(
            "up\n",
            "no daemon is running at /s\nstart one\ntrying again until the daemon answers",
            "vm factory is off\n",
            "deadline exceeded\ntrying again until the daemon answers",
            "up again\n");
  }

  @Test
  void aCommandLineThatCanNeverDoEndsIt() {
    fails(new CliException(Exit.USAGE, "bad", ""));

    assertThatThrownBy(() -> watch(StatusPages.appended(out))).hasMessage("bad");
  }

  @Test
  void itEndsWhenItsReaderIsGone() {
    answers("a");
    answers("b");
    PrintWriter closed =
        new PrintWriter(
            new StringWriter() {
              @Override
              public void flush() {
                out.close();
              }
            }) {
          @Override
          public boolean checkError() {
            return true;
          }
        };

    watch(StatusPages.appended(closed));

    assertThat(answers).hasSize(1);
  }

  @Test
  void onATerminalAPageReplacesTheOneBefore() {
    StatusPages pages = StatusPages.inPlace(out, () -> 24);
    pages.show(List.of("long line", "second"), Cli.NOW);
    pages.show(List.of("short"), Cli.NOW);
    pages.end();
    pages.end();

    assertThat(onTerminal(written.toString())).isEqualTo("short\n");
    assertThat(written.toString().split("\u001b\\[\\?25h", -1)).hasSize(2);
  }

  @Test
  void whatIsTooHighIsCutOffAndNothingSteersTheTerminal() {
    StatusPages pages = StatusPages.inPlace(out, () -> 3);
    pages.show(List.of("\u001b[2J1", "2", "3"), Cli.NOW);
    pages.end();

    assertThat(onTerminal(written.toString())).isEqualTo("\uFFFD[2J1\n(2 more lines do not fit)\n");
  }

  @Test
  void afterItsEndNothingIsShown() {
    StatusPages pages = StatusPages.inPlace(out, () -> 24);
    pages.end();
    pages.show(List.of("late"), Cli.NOW);

    assertThat(written.toString()).isEmpty();
  }

  @Test
  void aWishToEndIsHeardAndClearsUpOnce() throws InterruptedException {
    List<String> cleared = new ArrayList<>();
    StopRequest interruption = new StopRequest(() -> cleared.add("cleared"));
    assertThat(interruption.await(Duration.ZERO)).isFalse();

    Thread signal = new Thread(interruption::request);
    signal.start();
    assertThat(interruption.await(Duration.ofSeconds(30))).isTrue();
    assertThat(cleared).isEmpty();
    interruption.close();
    signal.join();

    assertThat(cleared).containsExactly("cleared");
  }

  @Test
  void theTerminalIsClearedUpEvenWhenTheCommandHangs() {
    List<String> cleared = new ArrayList<>();
    StopRequest interruption = new StopRequest(() -> cleared.add("cleared"));

    interruption.request();

    assertThat(cleared).containsExactly("cleared");
    interruption.close();
    assertThat(cleared).hasSize(1);
  }

  /** Returns the screen of a terminal after {@code written}. Knows just enough of ECMA-48. */
  private static String onTerminal(String written) {
    List<String> rows = new ArrayList<>();
    int row = 0;
    for (String line : written.split("\r\n", -1)) {
      String text = line;
      for (int home = text.indexOf("\u001b[H"); home >= 0; home = text.indexOf("\u001b[H")) {
        row = 0;
        text = text.substring(home + 3);
      }
      if (text.startsWith("\u001b[J")) {
        rows.subList(row, rows.size()).clear();
        continue;
      }
      String content = text.replace("\u001b[2K", "");
      if (row < rows.size()) {
        rows.set(row, content);
      } else {
        rows.add(content);
      }
      row++;
    }
    return String.join("\n", rows) + "\n";
  }
}
