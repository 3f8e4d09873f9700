package io.vmfactory.bench.cases;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class DensityCaseTest {
  @Test
  void growsByDoublesAndLooksAtHalfAndAll() {
    assertThat(DensityCase.sizes(32)).containsExactly(1, 2, 4, 8, 16, 32);
    assertThat(DensityCase.sizes(10)).containsExactly(1, 2, 4, 5, 10);
    assertThat(DensityCase.sizes(2)).containsExactly(1, 2);
    assertThat(DensityCase.sizes(1)).containsExactly(1);
  }
}
