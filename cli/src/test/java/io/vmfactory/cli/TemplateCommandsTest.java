package io.vmfactory.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.vmfactory.client.sandbox.Readiness.PortListens;
import io.vmfactory.client.sandbox.SandboxException;
import io.vmfactory.client.sandbox.SandboxException.Reason;
import io.vmfactory.client.sandbox.TemplateRecipe;
import io.vmfactory.client.sandbox.TemplateRecipe.Command;
import io.vmfactory.client.sandbox.TemplateRecipe.Start;
import io.vmfactory.guest.ContainerInfo;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests the commands for templates: what they ask the daemon and the sandboxes for. */
class TemplateCommandsTest {
  private static final String LIST =
      """
      {"templates": [
        {"key": "0123456789abcdef0123", "vcpus": 1, "memoryMib": 256, "isDefault": true},
        {"key": "aaaa456789abcdef0123", "vcpus": 1, "memoryMib": 256, "memoryKib": 1024,
         "createdAt": "2026-01-01T11:55:00Z", "name": "web", "version": 2, "current": true,
         "loaded": true, "drives": [{"id": "rw0", "kib": 1024}]},
        {"key": "bbbb456789abcdef0123", "vcpus": 1, "memoryMib": 256, "name": "web", "version": 1,
         "createdAt": "2026-01-01T11:50:00Z"}]}
      """;

  @TempDir Path dir;

  private final FakeSandboxes sandboxes = new FakeSandboxes();
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  private Cli run(Object... args) {
    Stdio stdio = new Stdio(InputStream.nullInputStream(), out, out);
    ContainerAccess containers =
        new ContainerAccess(
            settings -> sandboxes,
            () -> new StreamSession(stdio, (name, handler) -> {}, code -> {}));
    return Cli.run(containers, args);
  }

  private Cli ask(String answer, String request, String... args) throws Exception {
    Path place = Files.createTempDirectory(dir, "daemon");
    try (ScriptedDaemon daemon = new ScriptedDaemon(place)) {
      daemon.answers(200, answer);
      List<Object> all = new ArrayList<>(List.of(args));
      all.add("--socket");
      all.add(daemon.socket());
      Cli cli = Cli.run(all.toArray());
      String sent = daemon.requests().get(0);
      String body = sent.split("\r\n\r\n", 2)[1];
      assertThat(sent.lines().findFirst().orElseThrow().replace(" HTTP/1.1", "") + " " + body)
          .isEqualTo(request);
      return cli;
    }
  }

  private Path recipe(String toml) throws IOException {
    return Files.writeString(dir.resolve("recipe.toml"), toml);
  }

  @Test
  void lsShowsTheVersionsOfNames() throws Exception {
    Cli ls = ask(LIST, "GET /v1/templates ", "template", "ls");

    assertThat(ls.out().lines().map(line -> line.replaceAll(" +", " ").strip()))
        .containsExactly(
            "TEMPLATE KEY VCPUS MEMORY ON DISK AGE STATE",
            "web:2 aaaa456789ab 1 256 MiB 2.0 MiB 5m current, loaded",
            "web:1 bbbb456789ab 1 256 MiB 0 KiB 10m old");
  }

  @Test
  void theOtherVerbsAskTheDaemon() throws Exception {
    assertThat(
            ask(
                    "{\"template\": {\"name\": \"web\"}}",
                    "GET /v1/templates/web%3A2 ",
                    "template",
                    "inspect",
                    "web:2")
                .out())
        .contains("\"name\" : \"web\"");
    assertThat(
            ask(
                    "{\"key\": \"k\", \"keys\": [\"k\", \"l\"]}",
                    "DELETE /v1/templates/web ",
                    "template",
                    "rm",
                    "web")
                .out())
        .isEqualTo("removed web (2 version(s))\n");
    assertThat(
            ask(
                    "{\"template\": {\"name\": \"web\", \"version\": 1}}",
                    "POST /v1/templates/web/rollback {\"version\":1}",
                    "template",
                    "rollback",
                    "web",
                    "1")
                .out())
        .isEqualTo("web means web:1 now\n");
    assertThat(
            ask(
                    "{\"removed\": [{\"name\": \"web\", \"version\": 1}], \"freedKib\": 2048}",
                    "POST /v1/templates/prune {\"name\":\"web\",\"keep\":2}",
                    "template",
                    "prune",
                    "web",
                    "--keep",
                    "2")
                .out())
        .isEqualTo("removed web:1\n1 version(s) removed, 2.0 MiB freed\n");
  }

  @Test
  void getTakesANameOrAKey() throws Exception {
    String got = "{\"vm\": {\"id\": \"v\"}, \"template\": {\"name\": \"web\", \"version\": 2}}";
    assertThat(
            ask(got, "POST /v1/vms {\"template\":\"web:2\"}", "get", "--template", "web:2").out())
        .contains("template  web:2");
    ask("{}", "POST /v1/vms {\"templateKey\":\"0123abcd\"}", "get", "--template", "0123abcd");
  }

  @Test
  void aRecipeIsBuiltWithProgress() throws Exception {
    Path file =
        recipe(
            """
            name = "web"
            from = "base"
            memory = 512
            start = "running"
            [container]
            args = ["/bin/x"]
            env = ["A=b"]
            cwd = "/srv"
            [ready]
            port = 80
            limit = "5s"
            [warm_up]
            commands = [["w"]]
            """);
    Cli build = run("template", "build", "-f", file, "--name", "other");

    assertThat(build.exit()).as(build.err()).isZero();
    assertThat(build.out()).isEqualTo("template other:3: 1 vCPU(s), 256 MiB, 2.0 MiB on disk\n");
    assertThat(build.err()).isEqualTo("[1/2] vm: 1.5 ms (WARM)\n");
    TemplateRecipe recipe = sandboxes.built;
    assertThat(recipe.name()).isEqualTo("other");
    assertThat(recipe.vm().template()).isEqualTo("base");
    assertThat(recipe.vm().memoryMib()).isEqualTo(512);
    assertThat(recipe.start()).isEqualTo(Start.RUNNING);
    assertThat(recipe.container()).isNull();
    assertThat(recipe.ready()).isEqualTo(new PortListens(80, Duration.ofSeconds(5)));
    assertThat(recipe.warmUp()).containsExactly(new Command(List.of("w"), Duration.ofMinutes(1)));
    var changed = recipe.program().apply(io.vmfactory.guest.oci.OciSpec.standard().process());
    assertThat(changed.args()).containsExactly("/bin/x");
    assertThat(changed.env()).contains("A=b");
    assertThat(changed.cwd()).isEqualTo("/srv");
    assertThat(sandboxes.done).containsExactly("close");
  }

  @Test
  void whatIsWrongWithARecipeIsReported() throws Exception {
    Cli unknown = run("template", "build", "-f", recipe("name = \"a\"\nfrm = \"b\""));
    assertThat(unknown.exit()).isEqualTo(2);
    assertThat(unknown.err()).contains("recipe.toml:2: unknown key frm; did you mean from?");
    Cli nameless = run("template", "build", "-f", recipe("from = \"b\""));
    assertThat(nameless.exit()).isEqualTo(2);
    assertThat(nameless.err()).contains("the recipe has no name");
    sandboxes.refusal = new SandboxException(Reason.FAILED, "the program has ended");
    Cli failed = run("template", "build", "-f", recipe("name = \"a\"\nfrom = \"b\""));
    assertThat(failed.exit()).isEqualTo(1);
    assertThat(failed.err()).isEqualTo("vmfactory: the program has ended\n");
    Cli missing = run("template", "build", "-f", dir.resolve("none"));
    assertThat(missing.exit()).isEqualTo(2);
    assertThat(missing.err()).contains("cannot read the recipe", "none");
  }

  @Test
  void runBeginsTheProgramOfAClone() {
    sandboxes.containerState = ContainerInfo.State.CREATED;
    sandboxes.executed.exit.complete(7);
    Cli run =
        run("run", "--template", "web:2", "--env", "X=y", "--workdir", "/w", "--", "cmd", "-v");

    assertThat(run.exit()).as(run.err()).isEqualTo(7);
    assertThat(sandboxes.done)
        .containsExactly("create web:2", "start new", "start new/c9", "close");
    assertThat(sandboxes.asked.args()).containsExactly("cmd", "-v");
    assertThat(sandboxes.asked.env()).contains("A=b c", "X=y");
    assertThat(sandboxes.asked.cwd()).isEqualTo("/w");
  }

  @Test
  void runWithoutACommandIsTheProgramOfTheTemplate() {
    sandboxes.containerState = ContainerInfo.State.CREATED;
    sandboxes.executed.exit.complete(0);
    assertThat(run("run", "--template", "web").exit()).isZero();
    assertThat(sandboxes.asked.args()).containsExactly("sleep", "9");
    sandboxes.done.clear();
    sandboxes.containerState = ContainerInfo.State.RUNNING;
    assertThat(run("run", "--template", "web").exit()).isZero();
    assertThat(sandboxes.done).containsExactly("create web", "start new", "close");
  }

  @Test
  void runBesideAProgramThatRuns() {
    sandboxes.executed.exit.complete(3);
    assertThat(run("run", "--template", "web", "ls", "-l").exit()).isEqualTo(3);
    assertThat(sandboxes.done).containsExactly("create web", "start new", "exec new/c9", "close");
    assertThat(sandboxes.asked.args()).containsExactly("ls", "-l");
  }

  @Test
  void whatDoesNotGoTogetherIsRefused() {
    assertThat(run("run", "--template", "web", "--rootfs", dir, "x").exit()).isEqualTo(125);
    Cli volume = run("run", "--template", "web", "--volume-ro", dir + ":/v", "x");
    assertThat(volume.exit()).isEqualTo(125);
    assertThat(volume.err()).contains("--volume-ro cannot be combined with --template");
  }
}
