package io.vmfactory.bench.simulate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tests traces in files. */
class CsvTraceTest {
  @TempDir private Path folder;

  @Test
  void timesWithOrWithoutHoldAreRead() throws IOException {
    Trace trace = read("0\n0.5, 30\n\n0.5\n2e1,0\n");

    assertThat(trace.seconds()).containsExactly(0, 0.5, 0.5, 20);
    assertThat(trace.length()).isEqualTo(20);
    assertThat(trace.name()).isEqualTo("trace.csv");
  }

  @Test
  void theFirstLineMayBeAHeader() throws IOException {
    assertThat(read("arrival,held\n1.5,3\n").seconds()).containsExactly(1.5);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "1;two;3 | line 2: 'two' is not a time in seconds",
        "time;when;3 | line 2: 'when' is not a time in seconds",
        "2;1 | line 2: is before the arrival above",
        "-1 | line 1: a time must be from 0 to a year",
        "1;NaN | line 2: 'NaN' is not a time in seconds",
        "1;1e30 | line 2: a time must be from 0 to a year",
        "1,2;2,x | line 2: 'x' is not a duration in seconds",
        "1,-2 | line 1: '-2' is not a duration in seconds",
        "1,2,3 | line 1: has 3 columns",
        "time | no arrival after second 0",
        "0;0 | no arrival after second 0"
      })
  void whatIsNoTraceIsRefusedWithItsLine(String lines, String message) {
    assertThatThrownBy(() -> read(lines.replace(';', '\n')))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("trace.csv")
        .hasMessageContaining(message);
  }

  private Trace read(String text) throws IOException {
    return CsvTrace.read(Files.writeString(folder.resolve("trace.csv"), text));
  }
}
