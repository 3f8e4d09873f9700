package io.vmfactory.bench.commands;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vmfactory.configs.time.Deadline;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class TimedOutputTest {
  private final Deadline soon = Deadline.after(Duration.ofSeconds(60));

  private TimedOutput.Times times(String script) throws IOException {
    try (TimedOutput command = TimedOutput.start(List.of("sh", "-c", script))) {
      return command.await(soon);
    }
  }

  @Test
  void theFirstByteComesBeforeTheEnd() throws Exception {
    TimedOutput.Times times = times("echo warned >&2; echo first; exec sleep 0.2");

    assertThat(times.firstMicros()).isPositive();
    assertThat(times.endMicros()).isGreaterThanOrEqualTo(times.firstMicros() + 100_000);
  }

  @Test
  void aChildThatKeepsTheOutputOpenCounts() throws Exception {
    List<String> command = List.of("sh", "-c", "echo first; sleep 0.2 & exit 0");
    try (TimedOutput timed = TimedOutput.start(TimedOutput.untilClosed(command))) {
      assertThat(timed.await(soon).endMicros()).isGreaterThan(200_000);
    }
  }

  @Test
  void errorsAreNoOutput() {
    assertThatThrownBy(() -> times("echo a warning >&2"))
        .isInstanceOf(IOException.class)
        .hasMessageEndingWith("printed nothing: a warning");
  }

  @Test
  void aFailureSaysWhatTheCommandSaid() {
    assertThatThrownBy(() -> times("echo out; echo no such image >&2; exit 3"))
        .isInstanceOf(IOException.class)
        .hasMessageEndingWith("exit 3: no such image");
  }

  @Test
  void closingKillsIt() throws Exception {
    TimedOutput.start(List.of("sleep", "4711.5")).close();

    ProcessHandle.current()
        .children()
        .filter(child -> child.info().commandLine().orElse("").contains("4711.5"))
        .forEach(child -> soon.await(child.onExit(), "the end of a closed command"));
  }
}
