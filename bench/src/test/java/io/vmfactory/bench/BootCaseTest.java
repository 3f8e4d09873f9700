package io.vmfactory.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.vmfactory.api.v1.Hop;
import java.util.List;
import org.junit.jupiter.api.Test;

class BootCaseTest {
  private static final List<Hop> HOPS =
      List.of(
          hop("admit", 1_000),
          hop("template", 10),
          hop("spawn", 200),
          hop("answer", 40),
          hop("unique", 5),
          hop("lease", 3_000));

  @Test
  void timeEndsWithTheHopAskedForAndBeginsAfterTheQueue() {
    assertThat(BootCase.micros(HOPS, "answer")).isEqualTo(250);
    assertThat(BootCase.micros(HOPS, "unique")).isEqualTo(255);
  }

  @Test
  void aHopThatWasNotTimedIsNotTakenForNone() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> BootCase.micros(HOPS, "agent"))
        .withMessageContaining("no hop agent");
  }

  private static Hop hop(String name, int micros) {
    return Hop.newBuilder().setName(name).setMicros(micros).build();
  }
}
