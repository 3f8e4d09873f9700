package io.vmfactory.bench.simulate;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

/** Tests the command {@code bench simulate}. */
class SimulateCommandTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  @TempDir private Path folder;

  @Test
  void aFileIsReplayedUnderEachPolicyAndWrittenAsJson() throws IOException {
    Path csv = Files.writeString(folder.resolve("two.csv"), "10\n20\n");
    Path json = folder.resolve("two.json");

    int code =
        execute("--trace=" + csv, "--policy=fixed:1", "--policy=auto:2..4", "--json=" + json);

    assertThat(code).isZero();
    assertThat(out.toString()).contains("two.csv", "fixed:1", "auto:2..4").doesNotContain("promis");
    JsonNode all = new ObjectMapper().readTree(json.toFile());
    assertThat(all).hasSize(2);
    assertThat(all.get(0).at("/result/hits").asInt()).isEqualTo(2);
    assertThat(all.get(0).at("/result/series/499/second").asDouble()).isPositive();
  }

  @Test
  void aDayShowsWhatIsPromisedAndSeveralSeedsTheSpread() {
    int code = execute("--trace=diurnal", "--rate=0.1", "--build-time=50s", "--seeds=2");

    assertThat(code).isZero();
    assertThat(out.toString())
        .containsPattern("diurnal +\\d+\\.\\.\\d+")
        .contains("served by a waiting VM: ")
        .contains("promised: at least 99 %", "promised: at most 60 %");
  }

  @ParameterizedTest
  @CsvSource({
    "--trace=weekly, is neither a shape nor a readable file",
    "--policy=some, is not a policy: use fixed:N",
    "--policy=auto:5..2, 0 <= min <= max",
    "--build-time=5, not a whole number with ms",
    "--build-time=0s, not a whole number with ms",
    "--vm-memory=16, not a whole number with KiB",
    "--rate=0, --rate must be above 0",
    "--hours=-1, --hours must be above 0",
    "--at-once=0, --at-once must be from 1",
    "--seeds=0, --seeds must be from 1",
    "--rate=900, --rate times --hours"
  })
  void badInputIsRefusedWithARemedy(String option, String message) {
    assertThat(execute(option)).isEqualTo(CommandLine.ExitCode.USAGE);
    assertThat(err.toString()).contains(message);
  }

  @Test
  void aBadLineOfAFileIsNamed() throws IOException {
    Path csv = Files.writeString(folder.resolve("bad.csv"), "1\nx\n");

    assertThat(execute("--trace=" + csv)).isEqualTo(CommandLine.ExitCode.USAGE);
    assertThat(err.toString()).contains("bad.csv, line 2: 'x' is not a time");
  }

  private int execute(String... arguments) {
    return new CommandLine(new SimulateCommand())
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .execute(arguments);
  }
}
