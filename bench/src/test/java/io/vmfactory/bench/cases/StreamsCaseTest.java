package io.vmfactory.bench.cases;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class StreamsCaseTest {
  private static final byte[] SENT = {1, 2, 3};

  @Test
  void bytesThatAreChangedMissingOrTooManyAreCounted() {
    assertThat(StreamsCase.different(SENT, SENT.clone())).isZero();
    assertThat(StreamsCase.different(SENT, new byte[] {1, 9, 3})).isEqualTo(1);
    assertThat(StreamsCase.different(SENT, new byte[] {1})).isEqualTo(2);
    assertThat(StreamsCase.different(SENT, new byte[] {1, 2, 3, 4})).isEqualTo(1);
  }

  @Test
  void onlyTheLineOfByteArraysCounts() {
    assertThat(HeldBytes.arrays("   1:         12345        6789000  [B (java.base@17.0.15)"))
        .isEqualTo(6_789_000);
    assertThat(HeldBytes.arrays("   2:           100           2400  [I (java.base@17.0.15)"))
        .isEqualTo(-1);
    assertThat(HeldBytes.arrays("Total        100           2400")).isEqualTo(-1);
  }
}
