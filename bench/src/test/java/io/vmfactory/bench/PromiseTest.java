package io.vmfactory.bench;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PromiseTest {
  @Test
  void aBoundIsKeptByWhatReachesItExactly() {
    assertThat(Promise.atMost("ratio", 2, "x", 2).kept()).isTrue();
    assertThat(Promise.atLeast("share", 100, "%", 100).kept()).isTrue();
  }

  @Test
  void aKeptPromiseSaysFigureAndBound() {
    assertThat(Promise.atMost("warm over floor", 1.5, "x", 2).line())
        .matches("warm over floor +1\\.50 x +\\(promised: at most 2 x\\) kept");
  }

  @Test
  void aHighestFigureThatIsExceededSaysByHowMuch() {
    assertThat(Promise.atMost("shell", 0.78, "x", 0.65).line())
        .endsWith("(promised: at most 0.65 x) MISSED by 20 %");
  }

  @Test
  void aLowestFigureThatIsNotReachedSaysByHowMuch() {
    assertThat(Promise.atLeast("refill", 0.68, "x", 0.85).line())
        .endsWith("(promised: at least 0.85 x) MISSED by 20 %");
  }
}
