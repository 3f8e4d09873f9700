package io.vmfactory.bench.commands;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vmfactory.configs.time.Deadline;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class TimedCommandTest {
  private final Deadline soon = Deadline.after(Duration.ofSeconds(60));

  @Test
  void hasWhatTheCommandPrinted() throws Exception {
    TimedCommand timed = TimedCommand.run(List.of("sh", "-c", "echo out; echo err >&2"), soon);
    assertThat(timed.output()).contains("out\n").contains("err\n");
    assertThat(timed.micros()).isPositive();
  }

  @Test
  void aFailureSaysWhatTheCommandSaid() {
    assertThatThrownBy(() -> TimedCommand.run(List.of("sh", "-c", "echo no such VM; exit 3"), soon))
        .isInstanceOf(IOException.class)
        .hasMessageEndingWith("exit 3: no such VM");
  }
}
