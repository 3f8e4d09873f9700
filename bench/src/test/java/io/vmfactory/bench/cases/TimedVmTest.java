package io.vmfactory.bench.cases;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.vmfactory.api.v1.Hop;
import java.util.List;
import org.junit.jupiter.api.Test;

class TimedVmTest {
  private static final List<Hop> HOPS =
      List.of(hop("admit", 1_000), hop("turn", 2_000), hop("spawn", 40), hop("answer", 30));

  @Test
  void queuesDoNotCount() {
    assertThat(TimedVm.answered(HOPS)).isEqualTo(70);
  }

  @Test
  void aHopThatTheDaemonDidNotTimeIsNamed() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> TimedVm.answered(HOPS.subList(0, 3)))
        .withMessageContaining("answer");
  }

  private static Hop hop(String name, int micros) {
    return Hop.newBuilder().setName(name).setMicros(micros).build();
  }
}
