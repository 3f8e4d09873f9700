package io.vmfactory.bench.spec;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PromiseTest {
  private static final Promise MOST = Promise.atMost("a", "a", "case", 1.25, "x");
  private static final Promise LEAST = Promise.atLeast("b", "b", "case", 30, "x");

  @Test
  void theBoundItselfIsAllowed() {
    assertThat(MOST.verdict(1.25)).isEqualTo("kept");
    assertThat(LEAST.verdict(30)).isEqualTo("kept");
  }

  @Test
  void aMissIsGivenInPercentOfTheBound() {
    assertThat(MOST.verdict(1.5)).isEqualTo("MISSED by 20 %");
    assertThat(LEAST.verdict(15)).isEqualTo("MISSED by 50 %");
    assertThat(Promise.atMost("c", "c", "case", 0, "VMs").verdict(1)).isEqualTo("MISSED");
  }

  @Test
  void theBoundIsWrittenWithoutNeedlessDigits() {
    assertThat(MOST.allowed()).isEqualTo("at most 1.25 x");
    assertThat(LEAST.allowed()).isEqualTo("at least 30 x");
  }
}
