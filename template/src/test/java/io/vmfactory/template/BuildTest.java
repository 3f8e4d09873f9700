package io.vmfactory.template;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.vmfactory.configs.time.CancelledException;
import io.vmfactory.configs.time.Deadline;
import io.vmfactory.configs.time.DeadlineExceededException;
import io.vmfactory.scripted.vmm.FakeVm;
import io.vmfactory.scripted.vmm.Script.Step;
import io.vmfactory.template.TemplateException.Reason;
import io.vmfactory.vmm.VmmException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class BuildTest {
  @TempDir Path dir;
  private TemplateFixture fixture;

  @BeforeEach
  void open() throws IOException {
    fixture = new TemplateFixture(dir);
  }

  @AfterEach
  void close() throws IOException {
    fixture.close();
  }

  @Test
  void publishesATemplateUnderItsKeyAndLeavesNothingElse() throws IOException {
    StoredTemplates templates = fixture.open();
    TemplateInfo info =
        templates.build(fixture.spec(), TemplateFixture.SILENT, TemplateFixture.soon());
    assertThat(info.key()).isEqualTo(templates.keyOf(fixture.spec()));
    assertThat(info.usable()).isTrue();
    assertThat(info.stateBytes()).isEqualTo(FakeVm.STATE.length);
    assertThat(templates.list()).containsExactly(info);
    fixture.assertNothingLeftBut(info.key());
  }

  @Test
  void filesAreReadableByTheOwnerOnlyAndNotWritable() throws IOException {
    TemplateFiles files = fixture.files(fixture.built());
    assertThat(mode(fixture.store)).isEqualTo("rwx------");
    assertThat(mode(files.directory())).isEqualTo("rwx------");
    assertThat(List.of(files.manifest(), files.memory(), files.state()))
        .allMatch(file -> mode(file).equals("r--------"));
  }

  private static String mode(Path path) {
    try {
      return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void pagesOfZerosTakeNoRoomOnDisk() throws IOException {
    TemplateInfo info =
        fixture.open().build(fixture.spec(), TemplateFixture.SILENT, TemplateFixture.soon());
    Path memory = fixture.files(info.key()).memory();
    assertThat(Files.size(memory)).isEqualTo((long) TemplateFixture.MEMORY_MIB << 20);
    assertThat(info.memoryBytes())
        .isEqualTo(2 * 4096); // one page each by the fake VM and the fixture
    assertThat(PageWalkTest.allocatedBytes(memory)).isEqualTo(info.memoryBytes());
  }

  @Test
  void everyStepIsReportedInOrderAndRecorded() {
    List<String> reported = new ArrayList<>();
    BuildListener listener =
        new BuildListener() {
          @Override
          public void began(String step, int index, int count) {
            reported.add(index + "/" + count + " " + step);
          }

          @Override
          public void ended(String step, int index, int count, Duration span, String detail) {
            assertThat(span).isPositive();
            reported.add(step + ": " + detail);
          }
        };
    TemplateInfo info = fixture.open().build(fixture.spec(), listener, TemplateFixture.soon());
    assertThat(reported).hasSize(22).startsWith("1/11 fingerprint").contains("11/11 publish");
    assertThat(reported).contains("quiesce: 87 MiB zeroed, 29 MiB in use, 4 CPUs possible");
    assertThat(reported).anyMatch(line -> line.matches("guest clock: [0-9.]+ times as fast as .*"));
    assertThat(info.steps()).hasSize(10); // publishing writes the record
  }

  @Test
  void theAgentIsLetGoBeforeTheGuestIsStopped() {
    fixture.built();
    assertThat(fixture.agent.methods())
        .containsSubsequence("Check", "GetGuestDetails", "GetIdentity", "Quiesce", "GetIdentity")
        .containsOnlyOnce("Quiesce");
  }

  record Fault(String step, Reason reason, Consumer<TemplateFixture> cause) {}

  static Stream<Arguments> faults() {
    return Stream.of(
            new Fault("fingerprint", Reason.INVALID, fixture -> delete(fixture.kernel)),
            new Fault(
                "boot",
                Reason.FAILED,
                fixture -> fail(fixture, Step.BOOT, VmmException.Reason.DIED)),
            new Fault(
                "boot",
                Reason.RESOURCES,
                fixture -> fail(fixture, Step.BOOT, VmmException.Reason.RESOURCES)),
            new Fault(
                "boot",
                Reason.INVALID,
                fixture -> fail(fixture, Step.BOOT, VmmException.Reason.INVALID)),
            new Fault("agent answers", Reason.FAILED, fixture -> fixture.guestDies = true),
            new Fault(
                "agent answers", Reason.FAILED, fixture -> fixture.agent.refuse("Check", 13, "no")),
            new Fault(
                "agent features",
                Reason.FAILED,
                fixture -> fixture.agent.refuse("GetGuestDetails", 13, "no")),
            new Fault(
                "agent features",
                Reason.INVALID,
                fixture ->
                    fixture.agent.script(
                        "GetGuestDetails",
                        call ->
                            call.reply(
                                io.vmfactory.api.kata.GuestDetailsResponse.getDefaultInstance()))),
            new Fault(
                "quiesce", Reason.FAILED, fixture -> fixture.agent.refuse("Quiesce", 12, "no")),
            new Fault(
                "quiesce",
                Reason.FAILED,
                fixture -> fixture.agent.script("Quiesce", c -> c.hangUp())),
            new Fault(
                "quiesce", Reason.FAILED, fixture -> fixture.agent.refuse("GetIdentity", 13, "no")),
            new Fault(
                "guest clock",
                Reason.FAILED,
                fixture ->
                    fixture.agent.script(
                        "Quiesce",
                        call -> {
                          fixture.agent.refuse("GetIdentity", 13, "no");
                          call.reply(
                              io.vmfactory.api.guest.v1.QuiesceResponse.getDefaultInstance());
                        })),
            new Fault(
                "stop",
                Reason.FAILED,
                fixture -> fail(fixture, Step.STOP, VmmException.Reason.FAILED)),
            new Fault(
                "save device state",
                Reason.FAILED,
                fixture -> fail(fixture, Step.SAVE, VmmException.Reason.FAILED)))
        .map(fault -> Arguments.argumentSet(fault.step() + " " + fault.reason(), fault));
  }

  private static void fail(TemplateFixture fixture, Step step, VmmException.Reason reason) {
    fixture.fake.script().failAt(step, new VmmException(reason, "scripted"));
  }

  private static void delete(Path file) {
    try {
      Files.delete(file);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @ParameterizedTest
  @MethodSource("faults")
  void aStepThatFailsIsNamedAndLeavesNothing(Fault fault) throws IOException {
    fault.cause().accept(fixture);
    StoredTemplates templates = fixture.open();
    var thrown =
        catchThrowableOfType(
            TemplateException.class,
            () -> templates.build(fixture.spec(), TemplateFixture.SILENT, TemplateFixture.soon()));
    assertThat(thrown).hasMessageContaining("step \"" + fault.step() + "\"");
    assertThat(thrown.reason()).isEqualTo(fault.reason());
    fixture.assertNothingLeftBut();
  }

  @ParameterizedTest
  @EnumSource(BuildStep.class)
  void whateverGoesWrongInAStepLeavesNothing(BuildStep step) throws IOException {
    StoredTemplates templates = fixture.open();
    BuildListener faulty =
        TemplateFixture.listener(
            (name, index) -> {
              if (name.equals(step.label())) {
                throw new IllegalStateException("listener is gone");
              }
            });
    assertThatThrownBy(() -> templates.build(fixture.spec(), faulty, TemplateFixture.soon()))
        .hasMessageContaining(step.label())
        .hasMessageContaining("listener is gone");
    fixture.assertNothingLeftBut();
  }

  @ParameterizedTest
  @EnumSource(BuildStep.class)
  void anInterruptInAnyStepCancelsTheBuildAndLeavesNothing(BuildStep step) throws IOException {
    StoredTemplates templates = fixture.open();
    BuildListener interrupting =
        TemplateFixture.listener(
            (name, index) -> {
              if (name.equals(step.label())) {
                Thread.currentThread().interrupt();
              }
            });
    try {
      assertThatThrownBy(
              () -> templates.build(fixture.spec(), interrupting, TemplateFixture.soon()))
          .isInstanceOf(CancelledException.class);
    } finally {
      assertThat(Thread.interrupted()).as("still interrupted").isTrue();
    }
    fixture.assertNothingLeftBut();
  }

  @Test
  void aGuestThatNeverAnswersEndsWithTheDeadlineAndLeavesNothing() throws IOException {
    fixture.agent.hang("Check");
    Deadline short_ = Deadline.after(Duration.ofSeconds(1));
    StoredTemplates templates = fixture.open();
    assertThatThrownBy(() -> templates.build(fixture.spec(), TemplateFixture.SILENT, short_))
        .isInstanceOf(DeadlineExceededException.class)
        .hasMessageContaining("agent answers");
    fixture.assertNothingLeftBut();
  }

  @Test
  void aSecondBuildReplacesTheTemplateAtTheMomentOfPublishing() throws IOException {
    StoredTemplates templates = fixture.open();
    TemplateInfo first =
        templates.build(fixture.spec(), TemplateFixture.SILENT, TemplateFixture.soon());
    TemplateInfo[] during = new TemplateInfo[1];
    BuildListener watching =
        TemplateFixture.listener((step, index) -> during[0] = templates.list().get(0));
    TemplateInfo second = templates.build(fixture.spec(), watching, TemplateFixture.soon());
    assertThat(during[0]).isEqualTo(first);
    assertThat(second.key()).isEqualTo(first.key());
    assertThat(templates.list()).containsExactly(second);
    fixture.assertNothingLeftBut(second.key());
  }

  @Test
  void aFailedSecondBuildLeavesTheFirstAsItWas() throws IOException {
    StoredTemplates templates = fixture.open();
    TemplateInfo first =
        templates.build(fixture.spec(), TemplateFixture.SILENT, TemplateFixture.soon());
    fail(fixture, Step.SAVE, VmmException.Reason.FAILED);
    assertThatThrownBy(
            () -> templates.build(fixture.spec(), TemplateFixture.SILENT, TemplateFixture.soon()))
        .isInstanceOf(TemplateException.class);
    assertThat(templates.list()).containsExactly(first);
    fixture.assertNothingLeftBut(first.key());
  }

  @Test
  void twoBuildsOfOneKeyAtOnceBothSucceedAndOneTemplateStays() throws IOException {
    StoredTemplates templates = fixture.open();
    CyclicBarrier together = new CyclicBarrier(2);
    BuildListener meeting =
        TemplateFixture.listener(
            (step, index) -> {
              if (step.equals(BuildStep.PUBLISH.label())) {
                meet(together);
              }
            });
    var first =
        CompletableFuture.supplyAsync(
            () -> templates.build(fixture.spec(), meeting, TemplateFixture.soon()));
    TemplateInfo second = templates.build(fixture.spec(), meeting, TemplateFixture.soon());
    assertThat(TemplateFixture.soon().await(first, "the other build").key())
        .isEqualTo(second.key());
    assertThat(templates.list()).hasSize(1).allMatch(TemplateInfo::usable);
    fixture.assertNothingLeftBut(second.key());
  }

  private static void meet(CyclicBarrier together) {
    try {
      together.await(30, TimeUnit.SECONDS);
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void aGuestThatDoesNotComeUpIsExplainedByItsConsole() {
    fixture.console = "Kernel panic - not syncing: no init\r\n";
    fixture.guestDies = true;
    StoredTemplates templates = fixture.open();
    assertThatThrownBy(
            () -> templates.build(fixture.spec(), TemplateFixture.SILENT, TemplateFixture.soon()))
        .hasMessageContaining("kernel panic")
        .hasMessageEndingWith("its console ends with:\nKernel panic - not syncing: no init");
    fixture.console = "";
    assertThatThrownBy(
            () -> templates.build(fixture.spec(), TemplateFixture.SILENT, TemplateFixture.soon()))
        .hasMessageEndingWith("its console is silent");
  }
}
