package io.vmfactory.client.sandbox;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vmfactory.api.v1.CreateTemplateProgress;
import io.vmfactory.api.v1.Template;
import io.vmfactory.client.machine.MachineFacts;
import io.vmfactory.client.sandbox.Readiness.CommandSucceeds;
import io.vmfactory.client.sandbox.Readiness.FileExists;
import io.vmfactory.client.sandbox.Readiness.LineAppears;
import io.vmfactory.client.sandbox.Readiness.PortListens;
import io.vmfactory.client.sandbox.SandboxException.Reason;
import io.vmfactory.client.sandbox.TemplateRecipe.Command;
import io.vmfactory.client.sandbox.TemplateRecipe.Hooks;
import io.vmfactory.client.sandbox.state.SandboxRecord.ContainerEntry;
import io.vmfactory.client.sandbox.state.SandboxStore;
import io.vmfactory.client.sandbox.state.TemplateContent;
import io.vmfactory.client.sandbox.state.TemplateContent.MadeContainer;
import io.vmfactory.configs.time.CancelledException;
import io.vmfactory.configs.time.Deadline;
import io.vmfactory.guest.ContainerInfo;
import io.vmfactory.guest.ContainerRequest;
import io.vmfactory.guest.GuestException;
import io.vmfactory.guest.GuestProcesses.Output;
import io.vmfactory.guest.ProcessRef;
import io.vmfactory.guest.oci.OciProcess;
import io.vmfactory.guest.oci.OciSpec;
import io.vmfactory.vmm.VmId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests builds of templates against a scripted guest. */
@SuppressWarnings("FutureReturnValueIgnored") // scripted answers are objects, here always futures
final class TemplateBuildTest {
  private static final Duration LONG = Duration.ofSeconds(30);
  private static final Duration SHORT = Duration.ofMillis(120);

  @TempDir Path dir;

  private final FakeVms vms = new FakeVms();
  private final List<String> steps = new ArrayList<>();
  private final Map<String, String> states = new ConcurrentHashMap<>();
  private final Map<String, CompletableFuture<Integer>> exits = new ConcurrentHashMap<>();
  private final Queue<Integer> codes = new ConcurrentLinkedQueue<>();
  private final Queue<String> written = new ConcurrentLinkedQueue<>();
  private SandboxStore store;
  private SandboxRuntime runtime;
  private ContainerSpec spec;
  private ContainerRequest created;

  @BeforeEach
  void start() throws IOException {
    store = new SandboxStore(dir.resolve("sandboxes"));
    runtime = LocalRuntime.over(store, vms, () -> {});
    DiskImage image = DiskImage.overlay(Files.createFile(dir.resolve("image")));
    spec = ContainerSpec.of(OciSpec.standard(), image).withId("c");
    MachineFacts facts = FakeVms.leased(VmId.random(), "l");
    vms.machine.on("facts", none -> facts);
    vms.containers
        .on("create", arguments -> create((ContainerRequest) arguments[0]))
        .on("start", arguments -> states.put((String) arguments[0], "RUNNING"))
        .on("process", none -> OciSpec.standard().process())
        .on("list", none -> states.keySet().stream().map(this::info).toList());
    vms.processes
        .on("exit", arguments -> exit((ProcessRef) arguments[0]))
        .on("read", arguments -> read((ProcessRef) arguments[0], (Output) arguments[1]))
        .on("exec", arguments -> exec((ProcessRef) arguments[0]));
  }

  @AfterEach
  void nothingIsLeft() {
    assertThat(store.ids()).isEmpty();
    assertThat(vms.machine.calls.stream().filter("end"::equals).count())
        .isEqualTo(vms.taken.size());
    runtime.close();
  }

  private Object create(ContainerRequest request) {
    created = request;
    states.put(request.id(), "CREATED");
    return null;
  }

  private ContainerInfo info(String id) {
    ContainerInfo.State state = ContainerInfo.State.valueOf(states.get(id));
    return new ContainerInfo(id, state, 7, 0, false, Instant.EPOCH);
  }

  private Object exec(ProcessRef process) {
    exit(process).complete(codes.remove());
    return null;
  }

  private CompletableFuture<Integer> exit(ProcessRef process) {
    return exits.computeIfAbsent(process.exec(), it -> new CompletableFuture<>());
  }

  /** The program's output is what is written; then it waits until the program ends. */
  private CompletableFuture<byte[]> read(ProcessRef process, Output output) {
    String text = output == Output.STDOUT && process.exec().equals("c") ? written.poll() : null;
    return text != null
        ? CompletableFuture.completedFuture(text.getBytes(UTF_8))
        : exit(process).thenApply(code -> new byte[0]);
  }

  private static Deadline soon() {
    return Deadline.after(LONG);
  }

  private Template build(TemplateRecipe recipe) {
    return runtime.buildTemplate(recipe, this::note, soon());
  }

  private void note(CreateTemplateProgress progress) {
    if (progress.getDone()) {
      steps.add(progress.getIndex() + "/" + progress.getCount() + " " + progress.getStep());
    }
  }

  @Test
  void aTemplateWhoseProgramIsChosenLater() {
    codes.addAll(List.of(0, 0));
    TemplateRecipe recipe =
        TemplateRecipe.created("t", spec)
            .withVm(SandboxSpec.defaults().withSize(2, 512))
            .withWarmUp(List.of("a"), LONG)
            .withWarmUp(List.of("b"), LONG);
    Template template = build(recipe);
    assertThat(template.getVersion()).isEqualTo(1);
    assertThat(vms.snapshots).containsExactly("l as t {container=c, start=created}");
    assertThat(created.programAtStart()).isTrue();
    assertThat(vms.containers.calls).doesNotContain("start");
    assertThat(vms.taken.get(0).memoryMib()).isEqualTo(512);
    assertThat(steps)
        .containsExactly("1/5 vm", "2/5 container", "3/5 warm_up", "4/5 warm_up", "5/5 snapshot");
    TemplateContent content =
        TemplateContent.of(template.getDescription().toByteArray()).orElseThrow();
    assertThat(content.containers()).hasSize(1);
    assertThat(content.containers().get(0).drives()).containsExactly("d0");
    assertThat(TemplateContent.of("{}".getBytes(UTF_8))).isEmpty();
    assertThat(TemplateContent.of("x".getBytes(UTF_8))).isEmpty();
  }

  @Test
  void everyWayToBeReadyIsAwaited() {
    AtomicInteger looks = new AtomicInteger();
    vms.containers
        .on("hasFile", arguments -> looks.incrementAndGet() > 2 && arguments[1].equals("/r"))
        .on("listens", arguments -> looks.incrementAndGet() > 2 && arguments[1].equals(80));
    codes.addAll(List.of(1, 1, 0));
    for (Readiness ready :
        List.of(
            new FileExists("/r", LONG),
            new PortListens(80, LONG),
            new CommandSucceeds(List.of("check"), LONG),
            new LineAppears("server is up", LONG))) {
      looks.set(0);
      states.clear();
      written.clear();
      written.addAll(List.of("one\nserver i", "s up\n"));
      exits.clear();
      build(TemplateRecipe.running("t", spec, ready));
      assertThat(created.programAtStart()).isFalse();
    }
    assertThat(vms.snapshots).hasSize(4).contains("l as t {container=c, start=running}");
    assertThat(codes).isEmpty();
    assertThat(steps).contains("1/5 vm", "2/5 container", "3/5 start", "4/5 ready", "5/5 snapshot");
  }

  private void fails(TemplateRecipe recipe, Reason reason, String message) {
    assertThatThrownBy(() -> build(recipe))
        .isInstanceOfSatisfying(
            SandboxException.class, e -> assertThat(e.reason()).isEqualTo(reason))
        .hasMessageContaining(message);
    assertThat(vms.snapshots).isEmpty();
    nothingIsLeft();
  }

  private Scripted.Answer refusal(int code) {
    return none -> {
      throw new GuestException(code, "not so", null);
    };
  }

  @Test
  void aFailureOfAnyStepLeavesNothing() {
    TemplateRecipe running = TemplateRecipe.running("t", spec, new FileExists("/r", SHORT));
    vms.sandbox.on("create", refusal(13));
    fails(running, Reason.FAILED, "not so");
    vms.sandbox.on("create", none -> null);

    vms.containers.on("create", refusal(GuestException.NOT_FOUND));
    fails(running, Reason.COMMAND_NOT_FOUND, "not so");
    assertThat(vms.drives).isEmpty();
    vms.containers.on("create", arguments -> create((ContainerRequest) arguments[0]));

    vms.containers.on("start", refusal(GuestException.PERMISSION_DENIED));
    fails(running, Reason.NOT_EXECUTABLE, "not so");
    vms.containers.on("start", arguments -> states.put((String) arguments[0], "RUNNING"));

    vms.containers.on("hasFile", none -> false);
    written.add("starting\n");
    fails(
        running,
        Reason.FAILED,
        "not ready after 120ms: file /r does not exist; its last output: starting");

    exit(ProcessRef.first("c")).complete(3);
    fails(running, Reason.FAILED, "has ended with exit code 3; it has written nothing");
    exits.clear();

    codes.add(4);
    fails(
        TemplateRecipe.running("t", spec, null).withWarmUp(List.of("w", "1"), LONG),
        Reason.FAILED,
        "warm_up: w 1 ended with exit code 4");
    vms.processes.on("exec", none -> null);
    fails(
        TemplateRecipe.created("t", spec).withWarmUp(List.of("w"), SHORT),
        Reason.FAILED,
        "warm_up: w has not ended after 120ms");
    assertThat(vms.processes.calls).contains("signal");
  }

  @Test
  void recipesThatDoNotFitAreRefusedAtOnce() {
    Command tooLong = new Command(List.of("h"), Duration.ofMinutes(11));
    List<Hooks> wrong =
        List.of(
            new Hooks(tooLong, null, null),
            new Hooks(null, tooLong, null),
            new Hooks(null, null, tooLong));
    for (Hooks hooks : wrong) {
      fails(TemplateRecipe.created("t", spec).withHooks(hooks), Reason.INVALID, "the limit is");
    }
    fails(
        new TemplateRecipe(
            "t",
            SandboxSpec.defaults(),
            null,
            null,
            TemplateRecipe.Start.CREATED,
            null,
            List.of(),
            Hooks.NONE),
        Reason.INVALID,
        "needs a container");
    fails(
        TemplateRecipe.running("t", spec, null).withProgram(p -> p, null),
        Reason.INVALID,
        "is in its specification");
    assertThat(vms.taken).isEmpty();
  }

  @Test
  void aRuntimeThatIsClosedCancelsItsBuilds() throws Exception {
    CountDownLatch looked = new CountDownLatch(1);
    vms.containers.on(
        "hasFile",
        none -> {
          looked.countDown();
          return false;
        });
    CompletableFuture<Throwable> failure = new CompletableFuture<>();
    Thread builder =
        new Thread(
            () -> {
              try {
                build(TemplateRecipe.running("t", spec, new FileExists("/r", LONG)));
              } catch (RuntimeException e) {
                failure.complete(e);
              }
            });
    builder.start();
    looked.await();
    runtime.close();
    assertThat(failure.get(30, TimeUnit.SECONDS)).isInstanceOf(CancelledException.class);
    builder.join();
    assertThat(vms.snapshots).isEmpty();
    assertThat(store.ids()).isEmpty();
    vms.machine.calls.clear();
    vms.taken.clear();
  }

  private void theVmComesFromATemplate(String state) {
    build(TemplateRecipe.created("base", spec));
    Template base =
        Template.newBuilder()
            .setDescription(
                com.google.protobuf.ByteString.copyFromUtf8(
                    "{\"version\":1,\"containers\":[{\"id\":\"c\",\"drives\":[\"d7\"],"
                        + "\"writable\":false}],\"dns\":[\"nameserver ::1\"],\"sharedPids\":true}"))
            .build();
    vms.machine.on("template", none -> Optional.of(base));
    vms.snapshots.clear();
    vms.sandbox.calls.clear();
    states.clear();
    states.put("c", state);
  }

  @Test
  void aTemplateIsMadeOfAnother() {
    theVmComesFromATemplate("CREATED");
    List<OciProcess> begun = new ArrayList<>();
    vms.containers.on(
        "start",
        arguments -> {
          begun.add((OciProcess) arguments[1]);
          return states.put((String) arguments[0], "RUNNING");
        });
    Template child =
        build(
            TemplateRecipe.from("base:1", "child")
                .withProgram(p -> p.withArgs(List.of("x", "y")), null));
    assertThat(vms.taken.get(1).template()).isEqualTo("base:1");
    assertThat(vms.sandbox.calls).isEmpty();
    assertThat(begun.get(0).args()).containsExactly("x", "y");
    assertThat(vms.snapshots).containsExactly("l as child {container=c, start=running}");
    TemplateContent content =
        TemplateContent.of(child.getDescription().toByteArray()).orElseThrow();
    assertThat(content.containers().get(0).drives()).containsExactly("d7");
    assertThat(content.dns()).containsExactly("nameserver ::1");
    assertThat(content.sharedPids()).isTrue();
  }

  @Test
  void aBuildThatIsCalledOffFailsAsCancelledAlsoIfItsVmIsGoneFirst() throws Exception {
    CountDownLatch looked = new CountDownLatch(1);
    vms.containers.on(
        "hasFile",
        none -> {
          looked.countDown();
          while (!Thread.interrupted()) {
            Thread.onSpinWait();
          }
          throw new GuestException(GuestException.UNAVAILABLE, "gone", null);
        });
    TemplateRecipe recipe = TemplateRecipe.running("t", spec, new FileExists("/r", LONG));
    CompletableFuture<Template> build = CompletableFuture.supplyAsync(() -> build(recipe));
    looked.await();
    runtime.close();
    assertThatThrownBy(() -> build.get(30, TimeUnit.SECONDS))
        .hasCauseInstanceOf(CancelledException.class);
    vms.machine.calls.clear();
    vms.taken.clear();
  }

  @Test
  void aCloneAsksItsGuestForNothingThatItsTemplateNames() {
    Template template = build(TemplateRecipe.created("t", spec));
    vms.machine.on("template", none -> Optional.of(template));
    try (Sandbox clone = runtime.create(SandboxSpec.defaults().withTemplate("t"), soon())) {
      clone.start(soon());
      vms.containers.calls.clear();
      Container container = clone.containers(soon()).get(0);
      assertThat(container.id()).isEqualTo("c");
      assertThat(container.awaitsStart(soon())).isTrue();
      assertThat(vms.containers.calls).isEmpty();
      assertThatThrownBy(() -> container.start(p -> p.withUser(7, 7, List.of()), soon()))
          .isInstanceOf(SandboxException.class)
          .hasMessageContaining("only arguments, variables and directory");
      assertThat(vms.containers.calls).isEmpty();
      container.start(p -> p.withArgs(List.of("x")), soon());
      assertThat(vms.containers.calls).containsExactly("start");
      assertThat(container.awaitsStart(soon())).isFalse();
      assertThat(clone.containers(soon())).hasSize(1);
      assertThat(vms.containers.calls).containsExactly("start", "list", "list");
    }
  }

  @Test
  void aWaitingContainerOfACloneBecomesAnotherOne() {
    Template template = build(TemplateRecipe.created("t", spec));
    vms.machine.on("template", none -> Optional.of(template));
    vms.containers.on("reuse", arguments -> states.put((String) arguments[1], states.remove("c")));
    try (Sandbox clone = runtime.create(SandboxSpec.defaults().withTemplate("t"), soon())) {
      assertThat(clone.waiting()).isEmpty();
      clone.start(soon());
      ContainerShape shape = ContainerShape.of(spec, List.of());
      assertThat(clone.waiting()).containsExactly(new WaitingContainer("c", shape));
      Container other = clone.reuse("c", "other", spec.oci().process(), soon());
      assertThat(other.id()).isEqualTo("other");
      assertThat(clone.waiting()).isEmpty();
      assertThat(clone.containers(soon())).extracting(Container::id).containsExactly("other");
      assertThat(store.read(clone.id()).orElseThrow().containers())
          .containsExactly(new ContainerEntry("other", List.of("d0"), false));

      vms.snapshots.clear();
      Template again = clone.store("u", "other", shape, soon());
      assertThat(vms.snapshots).containsExactly("l as u {container=other, start=created}");
      assertThat(TemplateContent.of(again.getDescription().toByteArray()).orElseThrow().all())
          .extracting(MadeContainer::shape)
          .containsExactly(shape.parts());
    }
  }

  @Test
  void aContainerWhoseProgramRunsDoesNotWait() {
    Template template = build(TemplateRecipe.running("t", spec, null));
    vms.machine.on("template", none -> Optional.of(template));
    try (Sandbox clone = runtime.create(SandboxSpec.defaults().withTemplate("t"), soon())) {
      clone.start(soon());
      assertThat(clone.waiting()).isEmpty();
    }
  }

  @Test
  void aCloneOfATemplateWhoseProgramRunsKnowsItsContainers() {
    Template template = build(TemplateRecipe.running("t", spec, null));
    vms.machine.on("template", none -> Optional.of(template));
    try (Sandbox clone = runtime.create(SandboxSpec.defaults().withTemplate("t"), soon())) {
      clone.start(soon());
      vms.containers.calls.clear();
      assertThat(clone.containers(soon())).extracting(Container::id).containsExactly("c");
      assertThat(vms.containers.calls).isEmpty();
      assertThat(clone.containers(soon()).get(0).awaitsStart(soon())).isFalse();
      assertThat(vms.containers.calls).containsExactly("list", "list");
    }
  }

  @Test
  void containersThatAreTooLongForADescriptionAreLeftOut() {
    byte[] large = new byte[48 << 10];
    TemplateContent content =
        new TemplateContent(
            1, List.of(), List.of(), false, List.of(new MadeContainer("c", large, null)));
    assertThat(TemplateContent.of(content.description()).orElseThrow().all()).isNull();
    TemplateContent small = content.with(List.of(new MadeContainer("c", new byte[] {1}, null)));
    assertThat(TemplateContent.of(small.description()).orElseThrow().all())
        .extracting(MadeContainer::id)
        .containsExactly("c");
  }

  @Test
  void aProgramThatRunsAlreadyCannotBeChosen() {
    theVmComesFromATemplate("RUNNING");
    fails(TemplateRecipe.from("base", "child"), Reason.INVALID, "runs already");
    fails(
        TemplateRecipe.from("base", "child").withProgram(p -> p, null),
        Reason.INVALID,
        "runs already");
  }

  @Test
  void aCloneHasTheContainersOfItsTemplate() {
    theVmComesFromATemplate("CREATED");
    try (Sandbox sandbox = runtime.create(SandboxSpec.defaults().withTemplate("base"), soon())) {
      sandbox.start(soon());
      assertThat(sandbox.containers(soon())).extracting(Container::id).containsExactly("c");
      assertThat(store.read(sandbox.id()).orElseThrow().containers()).hasSize(1);
      Container container = sandbox.container("c", soon());
      assertThatThrownBy(() -> container.start(p -> p.withUser(7, 7, List.of()), soon()))
          .isInstanceOfSatisfying(
              SandboxException.class, e -> assertThat(e.reason()).isEqualTo(Reason.INVALID))
          .hasMessageContaining("only arguments, variables and directory");
      container.start(p -> p.withArgs(List.of("z")).withCwd("/x"), soon());
    }
    assertThatThrownBy(
            () ->
                runtime.create(
                    SandboxSpec.defaults().withTemplate("base").withSharedPids(true), soon()))
        .hasMessageContaining("are those of template base");
  }

  @Test
  void aTemplateWithoutASandboxIsRefusedAndItsVmEnds() {
    vms.machine.on("template", none -> Optional.of(Template.getDefaultInstance()));
    try (Sandbox sandbox = runtime.create(SandboxSpec.defaults().withTemplate("raw"), soon())) {
      assertThatThrownBy(() -> sandbox.start(soon()))
          .isInstanceOfSatisfying(
              SandboxException.class, e -> assertThat(e.reason()).isEqualTo(Reason.UNSUPPORTED))
          .hasMessageContaining("template raw has no sandbox");
    }
  }
}
