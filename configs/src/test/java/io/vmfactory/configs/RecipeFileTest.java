package io.vmfactory.configs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.vmfactory.configs.RecipeFile.Command;
import io.vmfactory.configs.RecipeFile.Ready;
import io.vmfactory.configs.RecipeFile.Sign;
import io.vmfactory.configs.RecipeFile.Source;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RecipeFileTest {
  private static final Path SHIPPED =
      Path.of(System.getProperty("vmfactory.top")).resolve("configs/recipe.toml");
  private static final String MINIMAL = "name = \"a\"\n[container]\nrootfs = \"r\"\n";

  @Test
  void everyKeyIsRead() {
    RecipeFile recipe =
        RecipeFile.parse(
            """
            name = "web"
            from = "base:3"
            vcpus = 2
            memory = 512
            start = "running"
            [container]
            image = "layout:latest"
            args = ["httpd", "-f"]
            env = ["A=b=c", "B="]
            cwd = "/srv"
            user = "7:8"
            terminal = true
            [ready]
            port = 8080
            limit = "5s"
            [warm_up]
            commands = [["true"], ["sh", "-c", ""]]
            limit = "2s"
            [hooks]
            before_snapshot = ["b"]
            after_restore = ["a", "1"]
            after_restore_limit = "500ms"
            rehearsal = ["r"]
            """,
            "r");
    assertThat(recipe.name()).isEqualTo("web");
    assertThat(recipe.from()).isEqualTo("base:3");
    assertThat(recipe.vcpus()).isEqualTo(2);
    assertThat(recipe.memoryMib()).isEqualTo(512);
    assertThat(recipe.running()).isTrue();
    assertThat(recipe.container())
        .isEqualTo(
            new RecipeFile.Container(
                Source.IMAGE,
                "layout:latest",
                List.of("httpd", "-f"),
                List.of("A=b=c", "B="),
                "/srv",
                "7:8",
                true));
    assertThat(recipe.ready())
        .isEqualTo(new Ready(Sign.PORT, List.of("8080"), Duration.ofSeconds(5)));
    assertThat(recipe.warmUp())
        .containsExactly(
            new Command(List.of("true"), Duration.ofSeconds(2)),
            new Command(List.of("sh", "-c", ""), Duration.ofSeconds(2)));
    assertThat(recipe.beforeSnapshot())
        .isEqualTo(new Command(List.of("b"), Duration.ofSeconds(10)));
    assertThat(recipe.afterRestore())
        .isEqualTo(new Command(List.of("a", "1"), Duration.ofMillis(500)));
    assertThat(recipe.rehearsal()).isEqualTo(new Command(List.of("r"), Duration.ofSeconds(10)));
  }

  @Test
  void whatIsLeftOutHasItsDefault() {
    RecipeFile least = RecipeFile.parse(MINIMAL, "r");
    assertThat(least.running()).isFalse();
    assertThat(least.from()).isEmpty();
    assertThat(least.vcpus() + least.memoryMib()).isZero();
    assertThat(least.ready()).isNull();
    assertThat(least.warmUp()).isEmpty();
    assertThat(least.beforeSnapshot()).isNull();
    assertThat(least.afterRestore()).isNull();
    assertThat(least.rehearsal()).isNull();
  }

  @Test
  void everyWayToBeReadyIsRead() {
    String running = "start = \"running\"\n" + MINIMAL + "[ready]\n";
    assertThat(RecipeFile.parse(running + "file = \"/run/x\"", "r").ready())
        .isEqualTo(new Ready(Sign.FILE, List.of("/run/x"), Duration.ofMinutes(1)));
    assertThat(RecipeFile.parse(running + "line = \"up and\"", "r").ready())
        .isEqualTo(new Ready(Sign.LINE, List.of("up and"), Duration.ofMinutes(1)));
    assertThat(RecipeFile.parse(running + "command = [\"a\", \"b\"]", "r").ready())
        .isEqualTo(new Ready(Sign.COMMAND, List.of("a", "b"), Duration.ofMinutes(1)));
  }

  @Test
  void everyProblemIsReportedWithItsLine() {
    assertThat(
            problems(
                """
                nme = "a"
                name = "A B"
                from = "x:0"
                memory = 64
                start = "paused"
                [container]
                agrs = ["a"]
                image = "i"
                bundle = "b"
                args = ["a", 1]
                env = ["=b"]
                cwd = "here"
                user = "root"
                [ready]
                port = 65536
                file = "x"
                limit = "0s"
                line = "l"
                command = ["c"]
                comands = ["c"]
                [warm_up]
                commands = ["true"]
                [hook]
                """))
        .containsExactly(
            "r:1: unknown key nme; did you mean name?",
            "r:2: name is \"A B\", must be 1..63 of a-z, 0-9, '.', '_' and '-'",
            "r:3: from is \"x:0\", must be \"name\" or \"name:version\"",
            "r:4: memory is 64, must be 0 or 80..1048576",
            "r:5: start is \"paused\", must be \"created\" or \"running\"",
            "r:7: unknown key container.agrs",
            "r:8: container must have only one of rootfs, image and bundle",
            "r:10: container.args has 1, each must be a text that is not empty",
            "r:11: container.env has \"=b\", each must be \"NAME=value\"",
            "r:12: container.cwd is \"here\", must be an absolute path in the container",
            "r:13: container.user is \"root\", must be \"UID\" or \"UID:GID\"",
            "r:15: ready.port is 65536, must be 1..65535",
            "r:16: ready.file is \"x\", must be an absolute path in the container",
            "r:17: ready.limit is \"0s\", must be 100ms..1h",
            "r:19: ready must have only one of command, file, port and line",
            "r:19: ready needs start = \"running\"",
            "r:20: unknown key ready.comands; did you mean ready.command?",
            "r:22: warm_up.commands must be a list of commands, each a list of texts:"
                + " [[\"/bin/true\"]]",
            "r:23: unknown key hook; did you mean hooks?");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          [container]                              | container must have one of rootfs, image
          start = "created"                        | container must have one of rootfs, image
          from = "x" ; [container] ; args = ["a"]    | need start = "running"
          from = "x" ; [container] ; user = "1"      | are those of the template in `from`
          from = "x" ; [container] ; terminal = true | are those of the template in `from`
          name =                                   | Unexpected end of input
          """)
  void whatDoesNotFitTogetherIsReported(String toml, String problem) {
    assertThat(problems(toml.replace(" ; ", "\n"))).anyMatch(line -> line.contains(problem));
  }

  @Test
  void aContainerOfAnotherTemplateMayGetAnotherProgram() {
    RecipeFile recipe =
        RecipeFile.parse("from = \"x\"\nstart = \"running\"\n[container]\nargs = [\"a\"]", "r");
    assertThat(recipe.container().source()).isNull();
    assertThat(recipe.container().args()).containsExactly("a");
    assertThat(RecipeFile.parse("from = \"x\"", "r").container().source()).isNull();
  }

  @Test
  void theShippedFileIsUsableAndHasEveryKey() throws IOException {
    RecipeFile shipped = RecipeFile.parse(Files.readString(SHIPPED), "shipped");
    assertThat(shipped.container().source()).isEqualTo(Source.ROOTFS);
    assertThat(shipped.ready()).isNull();
    Problems problems = new Problems("r");
    Document known = Document.parse(MINIMAL, problems);
    new RecipeReader(known).read();
    String all = Files.readString(SHIPPED).replaceAll("(?m)^# (?=[a-z_]+ = )", "");
    Set<String> keys = Document.parse(all, problems).keys();
    keys.removeAll(Set.of("container", "ready", "warm_up", "hooks"));
    assertThat(keys).containsExactlyInAnyOrderElementsOf(known.askedKeys());
  }

  private static String[] problems(String toml) {
    return catchThrowableOfType(ConfigException.class, () -> RecipeFile.parse(toml, "r"))
        .getMessage()
        .split("\n");
  }
}
