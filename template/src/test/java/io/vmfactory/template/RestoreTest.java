package io.vmfactory.template;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.configs.time.DeadlineExceededException;
import io.vmfactory.configs.time.Laps;
import io.vmfactory.configs.time.Laps.Lap;
import io.vmfactory.linux.MemoryFile;
import io.vmfactory.linux.OsException;
import io.vmfactory.scripted.vmm.FakeVm;
import io.vmfactory.scripted.vmm.Script;
import io.vmfactory.scripted.vmm.Script.Step;
import io.vmfactory.template.TemplateException.Reason;
import io.vmfactory.vmm.GuestRam;
import io.vmfactory.vmm.Vm;
import io.vmfactory.vmm.VmFolder;
import io.vmfactory.vmm.VmFolders;
import io.vmfactory.vmm.VmId;
import io.vmfactory.vmm.VmPhase;
import io.vmfactory.vmm.VmmException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RestoreTest {
  @TempDir Path dir;
  private TemplateFixture fixture;
  private StoredTemplates templates;
  private TemplateKey key;

  @BeforeEach
  void build() throws IOException {
    fixture = new TemplateFixture(dir);
    key = fixture.built();
    templates = fixture.open();
  }

  @AfterEach
  void close() throws IOException {
    fixture.close();
    assertThat(TemplateFixture.memoryFiles()).isZero();
  }

  private static MemoryFile ram(Vm vm) {
    return ((GuestRam.CopyOnWrite) ((FakeVm) vm).launch().ram()).file();
  }

  @Test
  void aCloneIsPausedAndItsLapsAreReported() {
    VmId id = VmId.random();
    Laps laps = new Laps();
    VmFolder folder = new VmFolders(fixture.run).create(id);
    Vm vm = templates.restore(key, id, folder, laps, TemplateFixture.soon());
    assertThat(vm.phase()).isEqualTo(VmPhase.PAUSED);
    assertThat(vm.identity().id()).isEqualTo(id);
    assertThat(laps.all()).extracting(Lap::name).containsExactly("template", "spawn", "load");
    assertThat(((FakeVm) vm).launch().spec()).isEqualTo(fixture.spec());
  }

  @Test
  void aCloneStartsFromWhatTheTemplateHadAndCannotAlterIt() throws IOException {
    MemoryFile ram = ram(fixture.restore(templates, key));
    ByteBuffer start = ByteBuffer.allocate(FakeVm.MEMORY.length);
    ram.read(0, start);
    assertThat(start.array()).isEqualTo(FakeVm.MEMORY);
    assertThat(ram.nextData(FakeVm.MEMORY.length + 4096)).isEqualTo(TemplateFixture.DATA_PAGE);
    assertThat(ram.nextHole(TemplateFixture.DATA_PAGE)).isEqualTo(TemplateFixture.DATA_PAGE + 4096);
    assertThatThrownBy(() -> ram.write(0, ByteBuffer.allocate(1))).isInstanceOf(OsException.class);
  }

  @Test
  void manyRestoresLoadOnce() throws IOException {
    MemoryFile first = ram(fixture.restore(templates, key));
    assertThat(ram(fixture.restore(templates, key))).isSameAs(first);
    assertThat(templates.list().get(0).loaded()).isTrue();
    assertThat(TemplateFixture.memoryFiles()).isEqualTo(1);
  }

  @Test
  void concurrentFirstRestoresLoadOnce() throws IOException {
    ExecutorService threads = Executors.newFixedThreadPool(8);
    try {
      List<CompletableFuture<Vm>> restores =
          IntStream.range(0, 8)
              .mapToObj(
                  i ->
                      CompletableFuture.supplyAsync(() -> fixture.restore(templates, key), threads))
              .toList();
      List<Vm> clones =
          restores.stream()
              .map(restore -> TemplateFixture.soon().await(restore, "restore"))
              .toList();
      assertThat(clones).extracting(RestoreTest::ram).containsOnly(ram(clones.get(0)));
      assertThat(TemplateFixture.memoryFiles()).isEqualTo(1);
    } finally {
      threads.shutdown();
    }
  }

  @Test
  void anUnknownTemplateIsNotFound() {
    TemplateKey unknown = new TemplateKey("0".repeat(64));
    var thrown =
        catchThrowableOfType(TemplateException.class, () -> fixture.restore(templates, unknown));
    assertThat(thrown.reason()).isEqualTo(Reason.NOT_FOUND);
    assertThat(thrown).hasMessageContaining(unknown.hex());
    assertThatThrownBy(() -> templates.delete(unknown))
        .isInstanceOfSatisfying(
            TemplateException.class, e -> assertThat(e.reason()).isEqualTo(Reason.NOT_FOUND));
  }

  @Test
  void aCloneThatCannotLoadItsStateIsKilledAndLeavesNothing() throws IOException {
    fixture
        .fake
        .script()
        .failAt(Step.LOAD, new VmmException(VmmException.Reason.FAILED, "scripted"));
    assertThatThrownBy(() -> fixture.restore(templates, key)).hasMessage("scripted");
    templates.close();
    fixture.assertNothingLeftBut(key);
  }

  @Test
  void aFailedStartGivesTheTemplateBack() throws IOException {
    fixture
        .fake
        .script()
        .failAt(Step.PREPARE, new VmmException(VmmException.Reason.DIED, "scripted"));
    assertThatThrownBy(() -> fixture.restore(templates, key)).hasMessage("scripted");
    templates.delete(key);
    assertThat(TemplateFixture.memoryFiles()).isZero();
  }

  @Test
  void aDeletedTemplateIsGoneButAStartUnderWayGoesOn() throws IOException {
    Script.Gate gate = fixture.fake.script().hangAt(Step.PREPARE);
    CompletableFuture<Vm> restore =
        CompletableFuture.supplyAsync(() -> fixture.restore(templates, key));
    TemplateFixture.soon().await(gate.reached(), "gate");
    templates.delete(key);
    assertThat(templates.list()).isEmpty();
    assertThat(TemplateFixture.memoryFiles()).as("in use").isEqualTo(1);
    gate.open();
    assertThat(TemplateFixture.soon().await(restore, "restore").phase()).isEqualTo(VmPhase.PAUSED);
    assertThat(TemplateFixture.memoryFiles()).as("out of use").isZero();
    assertThat(TemplateFixture.names(fixture.store)).isEmpty();
  }

  @Test
  void aRebuiltTemplateIsLoadedAnew() throws IOException {
    MemoryFile old = ram(fixture.restore(templates, key));
    templates.build(fixture.spec(), TemplateFixture.SILENT, TemplateFixture.soon());
    assertThat(ram(fixture.restore(templates, key))).isNotSameAs(old);
    assertThat(TemplateFixture.memoryFiles()).isEqualTo(1);
  }

  @Test
  void loadedTemplatesAreBoundedByTheBytesTheyHold() throws IOException {
    List<TemplateKey> keys =
        IntStream.of(8, 9, 10)
            .mapToObj(
                mib ->
                    templates
                        .build(fixture.spec(mib), TemplateFixture.SILENT, TemplateFixture.soon())
                        .key())
            .toList();
    StoredTemplates bounded =
        fixture.open(20 * 1024); // each holds 8 KiB of data and a little state
    for (TemplateKey each : keys) {
      fixture.restore(bounded, each);
    }
    assertThat(TemplateFixture.memoryFiles()).isEqualTo(2);
    assertThat(bounded.list()).filteredOn(TemplateInfo::loaded).hasSize(2);
    for (TemplateKey each : keys) {
      assertThat(fixture.restore(bounded, each).phase()).isEqualTo(VmPhase.PAUSED);
    }
    assertThat(TemplateFixture.memoryFiles()).isEqualTo(2);
  }

  @Test
  void aTemplateLargerThanTheCacheIsUsedAndLetGo() throws IOException {
    StoredTemplates tiny = fixture.open(1024);
    assertThat(fixture.restore(tiny, key).phase()).isEqualTo(VmPhase.PAUSED);
    assertThat(fixture.restore(tiny, key).phase()).isEqualTo(VmPhase.PAUSED);
    assertThat(TemplateFixture.memoryFiles()).isZero();
  }

  @Test
  void whatWasLoadedAheadIsNotLoadedAgain() throws IOException {
    templates.load(key, TemplateFixture.soon());
    assertThat(TemplateFixture.memoryFiles()).isEqualTo(1);
    fixture.restore(templates, key);
    assertThat(TemplateFixture.memoryFiles()).isEqualTo(1);
  }

  @Test
  void aFirstLoadThatIsCalledOffLeavesNothingInTheCache() throws IOException {
    VmId id = VmId.random();
    VmFolder folder = new VmFolders(fixture.run).create(id);
    Deadline over = Deadline.after(Duration.ZERO);
    assertThatThrownBy(() -> templates.restore(key, id, folder, new Laps(), over))
        .isInstanceOf(DeadlineExceededException.class);
    assertThat(TemplateFixture.memoryFiles()).isZero();
    assertThat(fixture.restore(templates, key).phase()).isEqualTo(VmPhase.PAUSED);
  }
}
