package io.vmfactory.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class MainTest {
  private final StringWriter err = new StringWriter();
  private final StringWriter out = new StringWriter();

  @ParameterizedTest
  @ValueSource(strings = {"--clones=0", "--boots=0", "--clones=-3"})
  void nothingToMeasureIsRefused(String option) {
    assertThat(execute("boot", option)).isEqualTo(CommandLine.ExitCode.USAGE);
    assertThat(err.toString()).contains("--clones and --boots take a number from 1");
  }

  @ParameterizedTest
  @ValueSource(strings = {"--clones=many", "--clone=3", "cold"})
  void whatIsNoOptionIsRefused(String argument) {
    assertThat(execute("boot", argument)).isEqualTo(CommandLine.ExitCode.USAGE);
    assertThat(err.toString()).contains(argument.replaceFirst(".*=m", "m"));
  }

  @Test
  void withoutTheLauncherItSaysHowToRunIt() {
    assertThat(System.getenv("VMFACTORY_LAUNCHER")).isNull();

    assertThat(execute("boot")).isEqualTo(CommandLine.ExitCode.USAGE);
    assertThat(err.toString()).contains("./dev bench");
  }

  @ParameterizedTest
  @ValueSource(strings = {"--cycles=0", "--cycles=-1"})
  void aStormWithoutACycleIsRefused(String option) {
    assertThat(execute("storm", option)).isEqualTo(CommandLine.ExitCode.USAGE);
    assertThat(err.toString()).contains("--cycles takes a number from 1");
  }

  @Test
  void noDriveAtAllIsRefused() {
    assertThat(execute("drives", "--times=0")).isEqualTo(CommandLine.ExitCode.USAGE);
    assertThat(err.toString()).contains("--times takes a number from 1");
  }

  @Test
  void withoutACaseItSaysWhichThereAre() {
    assertThat(execute()).isZero();
    assertThat(out.toString()).contains("boot", "drives", "pool", "container", "storm", "--help");
  }

  private int execute(String... arguments) {
    return new CommandLine(new Main())
        .setErr(new PrintWriter(err, true))
        .setOut(new PrintWriter(out, true))
        .execute(arguments);
  }
}
