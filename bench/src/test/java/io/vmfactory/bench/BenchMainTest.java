package io.vmfactory.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.vmfactory.bench.cases.BenchCase;
import io.vmfactory.bench.cases.Cases;
import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class BenchMainTest {
  private final StringWriter err = new StringWriter();
  private final StringWriter out = new StringWriter();

  @ParameterizedTest
  @ValueSource(strings = {"--iterations=0", "--iterations=-3"})
  void nothingToMeasureIsRefused(String option) {
    assertThat(execute("run", option)).isEqualTo(CommandLine.ExitCode.USAGE);
    assertThat(err.toString()).contains("--iterations must be 1 or more");
  }

  @ParameterizedTest
  @ValueSource(strings = {"--iterations=many", "--rounds=3", "--timeout=10", "--scale=huge"})
  void whatIsNoOptionIsRefused(String argument) {
    assertThat(execute("run", argument)).isEqualTo(CommandLine.ExitCode.USAGE);
    assertThat(err.toString()).contains(argument.replaceFirst("^--.*=(?=\\D|10)", ""));
  }

  @Test
  void anUnknownCaseIsRefusedWithThoseThereAre() {
    assertThat(execute("run", "clone", "cold")).isEqualTo(CommandLine.ExitCode.USAGE);
    assertThat(err.toString()).contains("no such case: cold; there are boot, clone");
  }

  @Test
  void everyCaseHasANameOfItsOwn() {
    assertThat(Cases.all()).extracting(BenchCase::name).doesNotHaveDuplicates();
  }

  @ParameterizedTest
  @ValueSource(strings = {"run", "spec"})
  void withoutTheLauncherItSaysHowToRunIt(String command) {
    assertThat(System.getenv("VMFACTORY_LAUNCHER")).isNull();

    assertThat(execute(command)).isEqualTo(CommandLine.ExitCode.USAGE);
    assertThat(err.toString()).contains("./dev bench");
  }

  @ParameterizedTest
  @ValueSource(strings = {"--cycles=0", "--cycles=-1"})
  void aStormWithoutACycleIsRefused(String option) {
    assertThat(execute("storm", option)).isEqualTo(CommandLine.ExitCode.USAGE);
    assertThat(err.toString()).contains("--cycles must be 1 or more");
  }

  @Test
  void everyCaseIsListedWithEachScale() {
    assertThat(execute("list")).isZero();
    assertThat(out.toString())
        .contains("clone", "proves boot-over-clone", "full", "quick", "smoke");
  }

  @Test
  void withoutACommandItSaysWhichThereAre() {
    assertThat(execute()).isZero();
    assertThat(out.toString()).contains("list", "run", "spec", "storm", "--help");
  }

  private int execute(String... arguments) {
    return BenchMain.commandLine()
        .setErr(new PrintWriter(err, true))
        .setOut(new PrintWriter(out, true))
        .execute(arguments);
  }
}
