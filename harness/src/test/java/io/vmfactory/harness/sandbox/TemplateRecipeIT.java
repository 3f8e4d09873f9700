package io.vmfactory.harness.sandbox;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vmfactory.api.v1.CreateTemplateProgress;
import io.vmfactory.api.v1.Route;
import io.vmfactory.api.v1.Template;
import io.vmfactory.client.FactoryClient;
import io.vmfactory.client.FactoryException;
import io.vmfactory.client.sandbox.Container;
import io.vmfactory.client.sandbox.ContainerProcess;
import io.vmfactory.client.sandbox.ContainerSpec;
import io.vmfactory.client.sandbox.Readiness;
import io.vmfactory.client.sandbox.Sandbox;
import io.vmfactory.client.sandbox.SandboxException;
import io.vmfactory.client.sandbox.SandboxException.Reason;
import io.vmfactory.client.sandbox.SandboxRuntime;
import io.vmfactory.client.sandbox.SandboxSpec;
import io.vmfactory.client.sandbox.TemplateRecipe;
import io.vmfactory.configs.time.CancelledException;
import io.vmfactory.configs.time.Deadline;
import io.vmfactory.guest.ContainerInfo.State;
import io.vmfactory.harness.daemon.Quiet;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Tests templates that are built from recipes, and their clones. */
@Tag("qemu")
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class TemplateRecipeIT {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final Duration SHORT = Duration.ofMillis(700);

  /** A server, and a program that counts what it is given. */
  private static final String SERVE =
      "echo page > /data/index.html; busybox httpd -f -p 8080 -h /data & "
          + "n=0; echo up; while read a; do n=$((n+1)); echo $n $a; done";

  private Host host;
  private FactoryClient client;
  private SandboxRuntime runtime;

  @BeforeEach
  void start() throws IOException {
    host = Host.make("").withTemplate();
    client = FactoryClient.open(host.settings().runtime().factorySocket());
    runtime = host.runtime();
  }

  @AfterEach
  void end() throws IOException {
    runtime.close();
    client.close();
    host.close();
    assertThat(host.below("state/overlays")).isEmpty();
  }

  private static Deadline soon() {
    return Host.soon();
  }

  private ContainerSpec container(String... args) {
    return ContainerSpec.of(SandboxIT.command(args), host.rootfs());
  }

  private Template build(TemplateRecipe recipe) {
    return runtime.buildTemplate(recipe, step -> {}, soon());
  }

  private Sandbox clone(String template, Route route) {
    SandboxSpec spec = SandboxSpec.defaults().withTemplate(template).withRoutes(List.of(route));
    Sandbox sandbox = runtime.create(spec, soon());
    sandbox.start(soon());
    return sandbox;
  }

  private static Container only(Sandbox sandbox) {
    List<Container> all = sandbox.containers(soon());
    assertThat(all).hasSize(1);
    return all.get(0);
  }

  private static String output(ContainerProcess process) throws IOException {
    return new String(process.stdout().readAllBytes(), UTF_8);
  }

  private static String exec(Container container, String... args) throws IOException {
    return output(container.exec(p -> p.withArgs(List.of(args)), soon()));
  }

  @Test
  void theProgramBeginsInEachCloneWithItsOwnArguments() throws IOException {
    TemplateRecipe recipe =
        TemplateRecipe.created("shell", container("/bin/sh", "-c", "echo own"))
            .withWarmUp(List.of("/bin/sh", "-c", "echo warm > /data/warm"), LIMIT);
    Template template = build(recipe);
    assertThat(template.getVersion()).isEqualTo(1);
    assertThat(template.getLabelsMap()).containsEntry("start", "created");
    client.pools().resize("shell", 2, 1, soon());
    Quiet.await(client, soon());
    for (Route route : List.of(Route.TEMPLATE, Route.WARM, Route.WARM)) {
      String word = "word of " + route;
      try (Sandbox sandbox = clone("shell:1", route)) {
        assertThat(sandbox.status(soon()).vm().route()).isEqualTo(route.name());
        Container container = only(sandbox);
        assertThat(container.status(soon()).state()).isEqualTo(State.CREATED);
        container.start(
            p ->
                p.withArgs(
                        List.of(
                            "sh",
                            "-c",
                            "cat /data/warm /data/mine; echo $A $0 > /data/mine; cat /data/mine;"
                                + " pwd; exit 5",
                            word))
                    .withEnv(List.of("A=b"))
                    .withCwd("/data"),
            soon());
        assertThat(output(container.process())).isEqualTo("warm\nb " + word + "\n/data\n");
        assertThat(container.process().await(soon())).isEqualTo(5);
        assertThat(container.status(soon()).exitStatus()).isEqualTo(5);
        container.delete(soon());
        Container next =
            sandbox.createContainer(container("/bin/echo", "a further container"), soon());
        next.start(soon());
        assertThat(output(next.process())).isEqualTo("a further container\n");
      }
    }
    try (Sandbox sandbox = clone("shell", Route.TEMPLATE)) {
      Container container = only(sandbox);
      container.start(soon());
      assertThat(output(container.process())).isEqualTo("own\n");
    }
  }

  @Test
  void theExampleOfTheEmbeddingPageRuns() throws IOException {
    EmbeddingTemplate.build(runtime, container("/bin/sh"));
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    List<String> command = List.of("/bin/sh", "-c", "echo from a clone; exit 3");
    assertThat(EmbeddingTemplate.run(runtime, command, new PrintStream(out, true, UTF_8)))
        .isEqualTo(3);
    assertThat(out.toString(UTF_8)).isEqualTo("from a clone\n");
  }

  @Test
  void aProgramThatRunsInTheTemplateAnswersInEachClone() throws IOException {
    Template template =
        build(
            TemplateRecipe.running(
                "web", container("/bin/sh", "-c", SERVE), new Readiness.PortListens(8080, LIMIT)));
    assertThat(template.getLabelsMap()).containsEntry("start", "running");
    client.pools().resize("web", 1, 0, soon());
    Quiet.await(client, soon());
    try (Sandbox one = clone("web", Route.WARM);
        Sandbox two = clone("web", Route.TEMPLATE)) {
      for (Sandbox sandbox : List.of(one, two)) {
        Container container = only(sandbox);
        assertThat(container.status(soon()).state()).isEqualTo(State.RUNNING);
        assertThat(exec(container, "/bin/busybox", "wget", "-qO-", "http://127.0.0.1:8080/"))
            .isEqualTo("page\n");
        BufferedReader lines =
            new BufferedReader(new InputStreamReader(container.process().stdout(), UTF_8));
        for (String word : List.of("1 a", "2 b " + sandbox.id())) {
          container.process().stdin().write((word.substring(2) + "\n").getBytes(UTF_8));
          assertThat(lines.readLine()).isEqualTo(word);
        }
        container.process().stdin().close();
        assertThat(container.process().await(soon())).isZero();
      }
      assertThat(exec(sibling(one), "/bin/busybox", "hostname"))
          .isNotEqualTo(exec(sibling(two), "/bin/busybox", "hostname"));
    }
  }

  @Test
  void hooksRunBeforeTheSnapshotAndInEachClone() throws IOException {
    TemplateRecipe recipe = TemplateRecipe.created("hooked", container("/bin/sh"));
    TemplateRecipe.Hooks hooks =
        new TemplateRecipe.Hooks(
            copyGeneration("before"),
            copyGeneration("after"),
            new TemplateRecipe.Command(
                List.of("/bin/sh", "-c", "echo once >> /data/rehearsed"), LIMIT));
    build(recipe.withHooks(hooks));
    client.pools().resize("hooked", 1, 1, soon());
    Set<String> seen = new HashSet<>();
    for (Route route : List.of(Route.WARM, Route.SHELL, Route.TEMPLATE)) {
      Quiet.await(client, soon()); // the next warm VM is made of the shell
      try (Sandbox sandbox = clone("hooked", route)) {
        Container container = only(sandbox);
        container.start(
            p -> p.withArgs(List.of("cat", "/data/before", "/data/after", "/data/rehearsed")),
            soon());
        List<String> lines = output(container.process()).lines().toList();
        List<String> generations = lines.subList(0, 2);
        // once in the build, and once more before the clone waited
        assertThat(lines.subList(2, lines.size())).hasSize(route == Route.WARM ? 2 : 1);
        assertThat(generations).hasSize(2).doesNotHaveDuplicates();
        seen.addAll(generations);
      }
    }
    assertThat(seen).hasSize(4);
  }

  private static TemplateRecipe.Command copyGeneration(String name) {
    String script = "cat /run/vmfactory/generation > /data/" + name;
    return new TemplateRecipe.Command(List.of("/bin/sh", "-c", script), LIMIT);
  }

  @Test
  void aHookThatFailsEndsTheBuildOrTheClone() {
    TemplateRecipe recipe = TemplateRecipe.created("hooked", container("/bin/sh"));
    TemplateRecipe.Command fails =
        new TemplateRecipe.Command(List.of("/bin/sh", "-c", "echo no licence; exit 3"), LIMIT);
    assertThatThrownBy(() -> build(recipe.withHooks(new TemplateRecipe.Hooks(fails, null, null))))
        .hasMessageContainingAll("before_snapshot", "exit code 3", "no licence");
    assertThat(client.templates().list(soon())).noneMatch(t -> t.getName().equals("hooked"));
    assertThatThrownBy(() -> build(recipe.withHooks(new TemplateRecipe.Hooks(null, null, fails))))
        .hasMessageContainingAll("rehearsal", "exit code 3", "no licence");
    build(recipe.withHooks(new TemplateRecipe.Hooks(null, fails, null)));
    assertThatThrownBy(() -> clone("hooked", Route.TEMPLATE))
        .hasMessageContainingAll("after_restore", "no licence");
  }

  private Container sibling(Sandbox sandbox) {
    Container sibling = sandbox.createContainer(container("/bin/sleep", "100"), soon());
    sibling.start(soon());
    return sibling;
  }

  @Test
  void everyWayToBeReadyWorksAndATemplateIsMadeOfATemplate() throws IOException {
    build(TemplateRecipe.created("base", container("/bin/sh", "-c", "echo base")));
    String wait = "sleep 0.3; echo yes > /data/ready; echo now ready; read a; echo got $a";
    List<Readiness> signs =
        List.of(
            new Readiness.FileExists("/data/ready", LIMIT),
            new Readiness.LineAppears("now ready", LIMIT),
            new Readiness.CommandSucceeds(List.of("/bin/cat", "/data/ready"), LIMIT));
    for (Readiness sign : signs) {
      Template child =
          build(
              TemplateRecipe.from("base", "child")
                  .withProgram(p -> p.withArgs(List.of("/bin/sh", "-c", wait)), sign));
      assertThat(child.getParentKey()).isNotEmpty();
      try (Sandbox sandbox = clone("child", Route.TEMPLATE)) {
        Container container = only(sandbox);
        container.process().stdin().write("x\n".getBytes(UTF_8));
        assertThat(output(container.process())).endsWith("got x\n");
      }
    }
    Template grandchild =
        build(
            new TemplateRecipe(
                "grandchild",
                SandboxSpec.defaults().withTemplate("child:3"),
                null,
                null,
                TemplateRecipe.Start.RUNNING,
                null,
                List.of(
                    new TemplateRecipe.Command(
                        List.of("/bin/sh", "-c", "echo deep > /data/deep"), LIMIT)),
                TemplateRecipe.Hooks.NONE));
    assertThat(grandchild.getName()).isEqualTo("grandchild");
    try (Sandbox sandbox = clone("grandchild", Route.TEMPLATE)) {
      assertThat(exec(only(sandbox), "/bin/cat", "/data/deep")).isEqualTo("deep\n");
    }
  }

  private void fails(TemplateRecipe recipe, Reason reason, String message) {
    assertThatThrownBy(() -> build(recipe))
        .isInstanceOfSatisfying(
            SandboxException.class, e -> assertThat(e.reason()).isEqualTo(reason))
        .hasMessageContaining(message);
    nothingIsLeft();
  }

  private void nothingIsLeft() {
    assertThat(host.vms()).isEmpty();
    assertThat(client.daemon().status(false, soon()).getLeasesList()).isEmpty();
    assertThat(runtime.list(soon())).isEmpty();
    assertThat(client.templates().list(soon())).hasSize(1);
  }

  @Test
  void aBuildThatFailsAtAnyStepLeavesNothing() {
    ContainerSpec sleeper = container("/bin/sh", "-c", "echo asleep; sleep 1000");
    assertThatThrownBy(() -> build(TemplateRecipe.from("nosuch", "t")))
        .isInstanceOf(FactoryException.class)
        .hasMessageContaining("nosuch");
    nothingIsLeft();
    fails(
        TemplateRecipe.running("t", container("/bin/nosuch"), null),
        Reason.COMMAND_NOT_FOUND,
        "/bin/nosuch");
    fails(
        TemplateRecipe.running("t", container("/bin/sh", "-c", "echo why; exit 3"), null)
            .withWarmUp(List.of("/bin/sleep", "1"), LIMIT),
        Reason.FAILED,
        "the program has ended with exit code 3; its last output: why");
    fails(
        TemplateRecipe.running("t", sleeper, new Readiness.PortListens(9, SHORT)),
        Reason.FAILED,
        "not ready after 700ms: no socket listens at port 9; its last output: asleep");
    fails(
        TemplateRecipe.created("t", sleeper)
            .withWarmUp(List.of("/bin/sh", "-c", "echo no >&2; exit 4"), LIMIT),
        Reason.FAILED,
        "ended with exit code 4; its last output: no");
    fails(
        TemplateRecipe.created("t", sleeper).withWarmUp(List.of("/bin/sleep", "100"), SHORT),
        Reason.FAILED,
        "has not ended after 700ms");
    fails(TemplateRecipe.created("NO", sleeper), Reason.INVALID, "name");
  }

  @Test
  void aBuildThatIsCancelledAtAnyStepLeavesNothing() throws Exception {
    TemplateRecipe recipe =
        TemplateRecipe.running(
                "t",
                container("/bin/sh", "-c", "echo ready; sleep 1000"),
                new Readiness.LineAppears("ready", LIMIT))
            .withWarmUp(List.of("/bin/echo"), LIMIT);
    for (int step = 1; step <= 6; step++) {
      int cancelled = step;
      CountDownLatch reached = new CountDownLatch(1);
      SandboxRuntime own = host.runtime();
      CompletableFuture<Template> build =
          CompletableFuture.supplyAsync(
              () ->
                  own.buildTemplate(
                      recipe, progress -> countDown(progress, cancelled, reached), soon()));
      reached.await();
      own.close();
      assertThatThrownBy(build::join)
          .isInstanceOf(CompletionException.class)
          .hasCauseInstanceOf(CancelledException.class);
      nothingIsLeft();
    }
  }

  private static void countDown(CreateTemplateProgress progress, int step, CountDownLatch reached) {
    if (progress.getIndex() == step && !progress.getDone()) {
      reached.countDown();
    }
  }

  @Test
  void buildsAtOnceMakeVersionsOfTheirOwn() throws Exception {
    List<CompletableFuture<Template>> builds =
        Stream.of("one", "two")
            .map(
                word ->
                    CompletableFuture.supplyAsync(
                        () -> build(TemplateRecipe.created("t", container("/bin/echo", word)))))
            .toList();
    for (String word : List.of("one", "two")) {
      Template template = builds.get(word.equals("one") ? 0 : 1).get(2, TimeUnit.MINUTES);
      try (Sandbox sandbox = clone("t:" + template.getVersion(), Route.TEMPLATE)) {
        only(sandbox).start(soon());
        assertThat(output(only(sandbox).process())).isEqualTo(word + "\n");
      }
    }
    assertThat(client.templates().list(soon()))
        .filteredOn(template -> template.getName().equals("t"))
        .extracting(Template::getVersion)
        .containsExactlyInAnyOrder(1, 2);
    client.templates().rollback("t", 1, soon());
    assertThat(client.templates().get("t", soon()).getVersion()).isEqualTo(1);
    assertThat(client.templates().prune("", 0, soon()).getRemovedList()).hasSize(1);
    client.templates().delete("t", soon());
    assertThatThrownBy(() -> clone("t", Route.TEMPLATE)).isInstanceOf(FactoryException.class);
    runtime.list(soon()).forEach(left -> runtime.fetch(left.id(), soon()).delete(soon()));
  }
}
