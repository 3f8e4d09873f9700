package io.vmfactory.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class CommandsTest {
  @TempDir Path dir;

  static java.util.Set<String> names() {
    return Commands.names();
  }

  @Test
  void helpListsEveryCommandAndTheExitCodes() {
    Cli help = Cli.run("--help");

    assertThat(help.exit()).isZero();
    assertThat(help.out())
        .contains(Commands.names())
        .contains("Exit codes:", "no daemon is running");
  }

  @ParameterizedTest
  @MethodSource("names")
  void everyCommandHasHelpAndTheCommonOptions(String name) {
    Cli help = Cli.run(name, "--help");

    assertThat(help.exit()).isZero();
    assertThat(help.out()).contains("vmfactory " + name);
    if (!name.equals("generate-completion") && !name.equals("help")) {
      assertThat(help.out()).contains("Examples:", "--config", "--socket", "--version");
    }
  }

  @ParameterizedTest
  @CsvSource({"list", "resize", "drain", "wait"})
  void everyCommandOfThePoolHasHelpAndTheCommonOptions(String name) {
    Cli help = Cli.run("pool", name, "--help");

    assertThat(help.exit()).isZero();
    assertThat(help.out())
        .contains("vmfactory pool " + name, "Examples:", "--template", "--socket", "--timeout");
  }

  @Test
  void withoutACommandTheUsageIsPrinted() {
    Cli none = Cli.run();

    assertThat(none.exit()).isEqualTo(2);
    assertThat(none.err()).contains("vmfactory: Missing required subcommand", "vmfactory --help");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "frobnicate | no such command: frobnicate",
        "status --jsn | Unknown option",
        "get --vcpus 0 | --vcpus is 0; it must be 1..240",
        "get --vcpus many | is not a whole number",
        "get --vcpus 99999999999 | is out of range",
        "get --memory 99999999 | --memory is 99999999; it must be 80..1048576",
        "init --vcpus 0 | --vcpus is 0; it must be 1..240",
        "init --memory 9999999 | --memory is 9999999; it must be 80..1048576",
        "init --memory -5 | --memory is -5; it must be 80..1048576",
        "help frobnicate | frobnicate",
        "get --ttl 10 | is not a duration",
        "get --ttl 0s | is too short: at least 1ms",
        "get --route LUKEWARM | LUKEWARM",
        "get --base --owner me | --owner cannot be combined with --base",
        "pool | Missing required subcommand",
        "pool frobnicate | no such command: frobnicate",
        "pool resize | --warm",
        "pool resize --warm -1 | is not a pool size",
        "pool resize --warm 4097 | is not a pool size",
        "pool resize --warm auto:8-1 | is not a pool size",
        "pool resize --shells auto:0-0 | is not a pool size",
        "pool resize --shells auto:1-4097 | is not a pool size",
        "pool drain 3 | unexpected argument: 3",
        "pool wait --timeout 3 | is not a duration",
        "status --watch 0 | --watch is 0; it must be 1..86400",
        "status --watch 1.5 | is not a whole number",
        "status --watch --json | --watch and --json cannot be combined",
        "renew | LEASE",
        "release | LEASE",
        "destroy --keep-vms | --shutdown",
      })
  void aBadCommandLineIsAUsageError(String line, String message) {
    Cli bad = Cli.run((Object[]) line.split(" "));

    assertThat(bad.exit()).isEqualTo(2);
    assertThat(bad.out()).isEmpty();
    assertThat(bad.err()).startsWith("vmfactory: ").contains(message, "--help");
  }

  @ParameterizedTest
  @CsvSource({
    "status",
    "get",
    "pool list",
    "pool drain",
    "pool resize --warm 1",
    "renew x",
    "release x",
    "destroy"
  })
  void withoutADaemonTheRemedyIsPrinted(String line) {
    Cli failed = Cli.run((Object[]) (line + " --socket " + dir.resolve("s")).split(" "));

    assertThat(failed.exit()).isEqualTo(3);
    assertThat(failed.err())
        .isEqualTo(
            """
            vmfactory: no daemon is running at %s
              start it with: vmfactory serve (or set another socket with --socket or --config)
            """
                .formatted(dir.resolve("s")));
  }

  @Test
  void theSocketIsFoundThroughTheConfiguration() throws IOException {
    Path config = dir.resolve("c.toml");
    Files.writeString(config, "[daemon]\nrun_dir = \"%s\"\n".formatted(dir));

    assertThat(Cli.run("status", "--config", config).err())
        .contains("no daemon is running at " + dir.resolve("factory.sock"));
  }

  @Test
  void aBadConfigurationIsReportedLineByLine() throws IOException {
    Path config = dir.resolve("bad.toml");
    Files.writeString(config, "[daemon]\nstate_dri = \"/x\"\nworkers = 0\n");

    Cli bad = Cli.run("--config", config, "status");

    assertThat(bad.exit()).isEqualTo(2);
    assertThat(bad.err())
        .isEqualTo(
            """
            vmfactory: %1$s:2: unknown key daemon.state_dri; did you mean daemon.state_dir?
            vmfactory: %1$s:3: daemon.workers is 0, must be 1..4096
            """
                .formatted(config));
  }

  @Test
  void verboseShowsWhereAFailureCameFrom() {
    assertThat(Cli.run("get", "--socket", dir.resolve("s")).err()).doesNotContain("\tat ");
    assertThat(Cli.run("get", "--socket", dir.resolve("s"), "--verbose").err())
        .contains("\tat io.");
  }

  @Test
  void aWordThatIsLikeNoCommandGetsNoSuggestion() {
    assertThat(Cli.run("frobnicate").err())
        .isEqualTo(
            """
            vmfactory: no such command: frobnicate
            try: vmfactory --help
            """);
  }

  @Test
  void aMisspeltCommandOrOptionGetsASuggestion() {
    assertThat(Cli.run("statsu").err()).contains("  did you mean stats?\n");
    assertThat(Cli.run("destry").err()).contains("  did you mean destroy?\n");
    assertThat(Cli.run("status", "--jsn").err()).contains("  did you mean --json?\n");
  }

  @Test
  void theCompletionScriptKnowsEveryCommand() {
    Cli completion = Cli.run("generate-completion");

    assertThat(completion.exit()).isZero();
    assertThat(completion.out()).contains("complete -F").contains(Commands.names());
  }

  @Test
  void helpTellsAboutAllCommandsOrOne() {
    assertThat(Cli.run("help")).isEqualTo(Cli.run("--help"));
    assertThat(Cli.run("help", "get").exit()).isZero();
    assertThat(Cli.run("help", "get").out()).contains("vmfactory get", "--ttl");
  }

  @Test
  void helpListsEveryCommandAlsoWhenOneIsNamed() {
    assertThat(Cli.run("--help", "init").out()).contains(Commands.names());
  }

  @ParameterizedTest
  @CsvSource({"get", "init"})
  void aSocketPathThatNoSocketCanHaveIsAUsageError(String command) {
    Cli bad = Cli.run(command, "--socket", "/" + "x".repeat(199));

    assertThat(bad.exit()).isEqualTo(2);
    assertThat(bad.err()).startsWith("vmfactory: --socket has 200 bytes");
  }

  @Test
  void theVersionIsPrinted() {
    assertThat(Cli.run("--version").out()).startsWith("vmfactory ");
  }

  @ParameterizedTest
  @CsvSource({
    "kill demo, kill",
    "--config serve status, status",
    "--config=serve --verbose run -- serve, run",
    "--socket demo --timeout bench ps, ps",
    "--help, ",
    "--config, ",
  })
  void onlyTheWordInTheCommandsPlaceIsACommand(String line, String verb) {
    assertThat(Commands.verb(line.split(" "))).isEqualTo(verb);
  }

  @Test
  void aWordThatBeginsWithAtIsAWordInEveryPlace() throws IOException {
    Path words = Files.writeString(dir.resolve("words"), "--help");
    for (String[] line :
        new String[][] {
          {"@" + words},
          {"status", "@" + words},
          {"kill", "@" + words},
          {"--config", "@" + words, "status"},
          {"run", "--rootfs", "@" + words, "@@" + words},
        }) {
      Cli result = Cli.run((Object[]) line);
      assertThat(result.exit()).as(String.join(" ", line)).isNotZero();
      assertThat(result.out()).doesNotContain("Usage:");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "run --rootfs / -- echo X",
    "run --rootfs / --env V=X -- echo",
    "exec web1 -- echo X",
    "kill X",
    "run --rootfs / --name X -- echo",
  })
  void bytesThatCannotBeCarriedAreRefusedBeforeAnythingElse(String line) {
    Cli result = Cli.run((Object[]) line.replace('X', '\uDCFF').split(" "));
    assertThat(result.exit()).isIn(2, 125);
    assertThat(result.err()).contains("\\xff' is not UTF-8");
  }
}
