package io.vmfactory.configs;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class UnitsTest {
  @ParameterizedTest
  @CsvSource({"500ms,500", "30s,30000", "5m,300000", "24h,86400000", "7d,604800000", "1 S,1000"})
  void readsSpans(String text, long millis) {
    assertThat(Units.duration(text)).contains(Duration.ofMillis(millis));
  }

  @ParameterizedTest
  @CsvSource({"64KiB,65536", "256MiB,268435456", "1gib,1073741824"})
  void readsAmountsOfMemory(String text, long bytes) {
    assertThat(Units.bytes(text)).contains(bytes);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "30", "s", "-1s", "1.5s", "30 parsecs", "1GiB", "9999999999999s"})
  void refusesWhatIsNoSpan(String text) {
    assertThat(Units.duration(text)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "1", "1GB", "1.5GiB", "1m"})
  void refusesWhatIsNoAmountOfMemory(String text) {
    assertThat(Units.bytes(text)).isEmpty();
  }

  @Test
  void writesTheLargestUnitThatIsWhole() {
    assertThat(Units.text(Duration.ofMillis(1500))).isEqualTo("1500ms");
    assertThat(Units.text(Duration.ofSeconds(90))).isEqualTo("90s");
    assertThat(Units.text(Duration.ofHours(24))).isEqualTo("1d");
    assertThat(Units.text(3L << 29)).isEqualTo("1536MiB");
    assertThat(Units.text(0L)).isEqualTo("0KiB");
  }
}
