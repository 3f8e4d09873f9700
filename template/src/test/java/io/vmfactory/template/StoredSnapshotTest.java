package io.vmfactory.template;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.configs.time.DeadlineExceededException;
import io.vmfactory.configs.time.Laps;
import io.vmfactory.linux.Descriptor;
import io.vmfactory.linux.FileCalls;
import io.vmfactory.linux.FileRights;
import io.vmfactory.linux.MemoryFile;
import io.vmfactory.linux.MemoryFiles;
import io.vmfactory.linux.OwnFile;
import io.vmfactory.linux.UserIds;
import io.vmfactory.scripted.vmm.FakeVm;
import io.vmfactory.scripted.vmm.Script.Step;
import io.vmfactory.template.SnapshotNote.Owner;
import io.vmfactory.template.TemplateException.Reason;
import io.vmfactory.vmm.Accelerator;
import io.vmfactory.vmm.DriveMode;
import io.vmfactory.vmm.DrivePlace;
import io.vmfactory.vmm.FrozenDrive;
import io.vmfactory.vmm.GuestRam;
import io.vmfactory.vmm.HypervisorInfo;
import io.vmfactory.vmm.Vm;
import io.vmfactory.vmm.VmFolders;
import io.vmfactory.vmm.VmId;
import io.vmfactory.vmm.VmPhase;
import io.vmfactory.vmm.VmSnapshot;
import io.vmfactory.vmm.VmmException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests snapshots of VMs that ran, in the store: written, verified, cloned, refused, removed. */
class StoredSnapshotTest {
  private static final int PAGE = 4096;
  private static final byte[] IMAGE =
      "the image, which is no whole number of pages".getBytes(UTF_8);

  @TempDir Path dir;
  private TemplateFixture fixture;
  private StoredTemplates templates;
  private TemplateKey parent;

  @BeforeEach
  void build() throws IOException {
    fixture = new TemplateFixture(dir);
    parent = fixture.built();
    templates = fixture.open();
  }

  @AfterEach
  void close() throws IOException {
    fixture.close();
    assertThat(openFiles("drive-")).isEmpty();
    assertThat(TemplateFixture.memoryFiles()).isZero();
  }

  private static List<String> openFiles(String name) throws IOException {
    List<String> found = new ArrayList<>();
    try (Stream<Path> descriptors = Files.list(Path.of("/proc/self/fd"))) {
      for (Path descriptor : descriptors.toList()) {
        if (Files.isSymbolicLink(descriptor)) {
          String target = Files.readSymbolicLink(descriptor).toString();
          if (target.contains(name)) {
            found.add(target);
          }
        }
      }
    }
    return found;
  }

  private Descriptor file(String name, byte[] content) throws IOException {
    Path file = dir.resolve(name);
    Files.write(file, content);
    try (OwnFile own = OwnFile.open(file)) {
      return own.reader();
    }
  }

  /** A VM that has one drive with one layer, and one that it only reads. */
  private VmSnapshot taken() throws IOException {
    MemoryFile memory =
        MemoryFiles.create("vmfactory-snapshot", (long) TemplateFixture.MEMORY_MIB << 20);
    memory.write(3 * PAGE, ByteBuffer.wrap("what the guest has in memory".getBytes(UTF_8)));
    memory.seal();
    byte[] layer = new byte[5 * PAGE];
    layer[4 * PAGE + 7] = 42;
    List<FrozenDrive> drives =
        List.of(
            new FrozenDrive(
                "rw0",
                DriveMode.OVERLAY,
                8192,
                List.of(file("image", IMAGE), file("layer", layer))),
            new FrozenDrive("ro0", DriveMode.READ_ONLY, 4096, List.of(file("other", IMAGE))));
    byte[] state = FakeVm.STATE;
    return new VmSnapshot(fixture.spec(), memory, state, drives, 4096, Duration.ofMillis(3));
  }

  private SnapshotNote note() {
    return new SnapshotNote(
        parent.hex(), new Owner(1000, false), new TreeMap<>(Map.of("b", "2", "a", "1")), "AAEC");
  }

  private TemplateInfo stored() throws IOException {
    try (VmSnapshot taken = taken()) {
      return templates.store(taken, note(), Long.MAX_VALUE, new Laps(), TemplateFixture.soon());
    }
  }

  private static List<String> drives(Vm clone) {
    clone.cont(TemplateFixture.soon());
    return clone.drives().list(TemplateFixture.soon()).stream().map(DrivePlace::id).toList();
  }

  @Test
  void aCloneHasMemoryStateAndDrives() throws IOException {
    TemplateInfo info = stored();
    FakeVm clone = (FakeVm) fixture.restore(fixture.open(), info.key());
    MemoryFile ram = ((GuestRam.CopyOnWrite) clone.launch().ram()).file();
    ByteBuffer found = ByteBuffer.allocate(28);
    ram.read(3 * PAGE, found);
    assertThat(new String(found.array(), UTF_8)).isEqualTo("what the guest has in memory");
    assertThat(drives(clone)).containsExactly("rw0", "ro0");
  }

  @Test
  void whatWasGivenWithItComesBack() throws IOException {
    TemplateInfo info = stored();
    assertThat(info.isBuilt()).isFalse();
    TemplateInfo listed =
        fixture.open().list().stream().filter(t -> !t.isBuilt()).findFirst().orElseThrow();
    assertThat(listed).isEqualTo(info);
    SnapshotFacts facts = listed.snapshot();
    assertThat(facts).isNotNull();
    assertThat(facts.note()).isEqualTo(note());
    assertThat(facts.writtenBytes()).isEqualTo(4096);
    assertThat(facts.drives())
        .containsExactly(
            new SnapshotFacts.Drive("rw0", DriveMode.OVERLAY, IMAGE.length + PAGE),
            new SnapshotFacts.Drive("ro0", DriveMode.READ_ONLY, IMAGE.length));
  }

  @Test
  void theCopiesOfDrivesAreSparseAndOnlyReadable() throws IOException {
    TemplateFiles files = fixture.files(stored().key());
    assertThat(Files.readAllBytes(files.drive(0, 0))).isEqualTo(IMAGE);
    assertThat(Files.size(files.drive(0, 1))).isEqualTo(5 * PAGE);
    assertThat(PageWalkTest.allocatedBytes(files.drive(0, 1))).isEqualTo(PAGE);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(files.drive(1, 0))))
        .isEqualTo("r--------");
  }

  @Test
  void eachSnapshotHasItsOwnKeyAlsoWithTheSameContent() throws IOException {
    assertThat(stored().key()).isNotEqualTo(stored().key()).isNotEqualTo(parent);
  }

  @ParameterizedTest
  @ValueSource(strings = {"memory", "state", "drive-0-0", "drive-0-1", "drive-1-0"})
  void oneAlteredByteInAFileIsRefusedWithTheReason(String name) throws IOException {
    TemplateKey key = stored().key();
    Path file = fixture.files(key).directory().resolve(name);
    for (long at : List.of(0L, Files.size(file) / 2, Files.size(file) - 1)) {
      TemplateFixture.flip(file, at);
      StoredTemplates other = fixture.open();
      var thrown = catchThrowableOfType(TemplateException.class, () -> fixture.restore(other, key));
      assertThat(thrown.reason()).isEqualTo(Reason.REFUSED);
      assertThat(thrown).hasMessageContaining(name + " altered");
      assertThat(info(other, key).refused()).contains(name + " altered");
      assertThat(openFiles("drive-")).isEmpty();
      TemplateFixture.flip(file, at);
      fixture.restore(other, key).kill();
      other.close();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"uid", "shared", "parent", "labels", "mode", "description", "id"})
  void anAlteredManifestIsRefused(String what) throws IOException {
    TemplateKey key = stored().key();
    Path manifest = fixture.files(key).manifest();
    String before = Files.readString(manifest);
    String after =
        switch (what) {
          case "uid" -> before.replace("\"uid\" : 1000", "\"uid\" : 1001");
          case "shared" -> before.replace("\"shared\" : false", "\"shared\" : true");
          case "parent" -> before.replaceFirst("\"parent\" : \".", "\"parent\" : \"");
          case "labels" -> before.replace("\"value\" : \"2\"", "\"value\" : \"3\"");
          case "mode" -> before.replace("READ_ONLY", "OVERLAY");
          case "description" -> before.replace("AAEC", "AAED");
          default -> before.replace("\"rw0\"", "\"rw1\"");
        };
    assertThat(after).isNotEqualTo(before);
    Files.setPosixFilePermissions(manifest, PosixFilePermissions.fromString("rw-------"));
    Files.writeString(manifest, after);
    assertThatThrownBy(() -> fixture.restore(fixture.open(), key))
        .hasMessageContaining("does not match its seal");
  }

  @Test
  void anotherSnapshotsManifestWithAnotherSealedKeyIsRefused() throws IOException {
    TemplateKey one = stored().key();
    TemplateKey other = stored().key();
    Path manifest = fixture.files(one).manifest();
    Files.delete(manifest);
    Files.copy(fixture.files(other).manifest(), manifest);
    assertThatThrownBy(() -> fixture.restore(fixture.open(), one))
        .hasMessageContaining("the manifest is that of template");
  }

  @Test
  void aDriveThatIsMissingIsRefused() throws IOException {
    TemplateKey key = stored().key();
    Files.delete(fixture.files(key).drive(0, 1));
    StoredTemplates other = fixture.open();
    assertThat(info(other, key).refused()).contains("drive-0-1 unreadable");
    assertThatThrownBy(() -> fixture.restore(other, key)).hasMessageContaining("drive-0-1");
  }

  /** QEMU reads drives from the store, so it matters that they stay what they were. */
  @Test
  void aDriveThatIsAlteredAfterLoadingIsGivenToNoFurtherClone() throws IOException {
    TemplateKey key = stored().key();
    Shell waiting = prepare(key);
    fixture.restore(templates, key);
    TemplateFixture.flip(fixture.files(key).drive(0, 0), 5);
    assertThatThrownBy(() -> fixture.restore(templates, key))
        .hasMessageContaining("drive-0-0 altered");
    assertThatThrownBy(() -> waiting.load(new Laps(), TemplateFixture.soon()))
        .hasMessageContaining("altered after it was verified");
    TemplateFixture.flip(fixture.files(key).drive(0, 0), 5);
    fixture.restore(templates, key);
  }

  private Shell prepare(TemplateKey key) {
    VmId id = VmId.random();
    var folder = new VmFolders(fixture.run).create(id);
    return templates.prepare(key, id, folder, new Laps(), TemplateFixture.soon());
  }

  @Test
  void aShellGetsItsDrivesAlsoAfterTheTemplateIsRemoved() throws IOException {
    TemplateKey key = stored().key();
    Shell shell = prepare(key);
    Shell other = prepare(key);
    templates.delete(key);
    shell.load(new Laps(), TemplateFixture.soon());
    assertThat(drives(shell.vm())).containsExactly("rw0", "ro0");
    assertThat(openFiles("drive-0-0")).isNotEmpty();
    other.vm().kill();
    assertThat(openFiles("drive-0-0")).isEmpty();
  }

  @Test
  void aCloneThatCannotHaveItsDrivesIsEnded() throws IOException {
    TemplateKey key = stored().key();
    fixture
        .fake
        .script()
        .failAt(Step.ATTACH, new VmmException(VmmException.Reason.RESOURCES, "no drive"));
    assertThatThrownBy(() -> fixture.restore(templates, key)).hasMessage("no drive");
    assertThat(fixture.fake.vms()).allMatch(vm -> vm.phase() == VmPhase.EXITED);
  }

  @Test
  void aNewKernelOnTheHostDoesNotMatter() throws IOException {
    TemplateKey key = stored().key();
    Files.writeString(fixture.kernel, "another kernel");
    Files.delete(fixture.initrd);
    StoredTemplates other = fixture.open();
    assertThat(info(other, key).usable()).isTrue();
    assertThat(info(other, parent).usable()).isFalse();
    fixture.restore(other, key);
  }

  @Test
  void anotherVmmOnTheHostDoes() throws IOException {
    TemplateKey key = stored().key();
    Files.writeString(fixture.program, "another vmm");
    assertThat(info(fixture.open(), key).refused()).contains("made by another build of");
    fixture.info = new HypervisorInfo(fixture.program, "8", Accelerator.TCG, "", "Some CPU");
    assertThat(info(fixture.open(), key).refused()).contains("VMM version differs");
  }

  @Test
  void aSnapshotOfAVmWhoseTemplateIsGoneIsStoredToo() throws IOException {
    templates.delete(parent);
    TemplateKey key = stored().key();
    fixture.restore(fixture.open(), key);
  }

  @Test
  void aFailureLeavesNothing() throws IOException {
    VmSnapshot taken = taken();
    assertThatThrownBy(
            () ->
                templates.store(
                    taken, note(), Long.MAX_VALUE, new Laps(), Deadline.after(Duration.ZERO)))
        .isInstanceOf(DeadlineExceededException.class);
    taken.close();
    fixture.assertNothingLeftBut(parent);
  }

  @Test
  void aSnapshotThatNeedsMoreDiskThanItsOwnerHasLeavesNothing() throws IOException {
    long needs = 2L * PAGE + 2L * IMAGE.length;
    try (VmSnapshot taken = taken()) {
      var thrown =
          catchThrowableOfType(
              TemplateException.class,
              () -> templates.store(taken, note(), needs - 1, new Laps(), TemplateFixture.soon()));
      assertThat(thrown.reason()).isEqualTo(Reason.RESOURCES);
      assertThat(thrown).hasMessageContaining("more than the 8 KiB of disk that its owner may");
      fixture.assertStored(parent);
      templates.store(taken, note(), needs, new Laps(), TemplateFixture.soon());
    }
  }

  /** Files of file systems that do not answer take from their user's calls, and from no other's. */
  @Test
  void aUserWhoseFilesDoNotAnswerCannotStoreAndOthersCan() throws Exception {
    CompletableFuture<Void> answer = new CompletableFuture<>();
    CountDownLatch stuck = new CountDownLatch(16);
    List<CompletableFuture<Void>> calls = new ArrayList<>();
    FileRights user = FileRights.of(new UserIds(1000, Set.of(1000L)));
    for (int i = 0; i < 16; i++) {
      calls.add(
          CompletableFuture.runAsync(
              () ->
                  FileCalls.shared()
                      .call(
                          "f", user, () -> hang(stuck, answer), late -> {}, TemplateFixture.soon()),
              command -> new Thread(command).start()));
    }
    try (VmSnapshot taken = taken()) {
      assertThat(stuck.await(20, TimeUnit.SECONDS)).isTrue();
      var thrown =
          catchThrowableOfType(TemplateException.class, () -> store(taken, new Owner(1000, false)));
      assertThat(thrown.reason()).isEqualTo(Reason.RESOURCES);
      assertThat(thrown).hasMessageContaining("calls on files of uid 1000 wait");
      store(taken, new Owner(1001, false));
      store(taken, new Owner(0, true));
    } finally {
      answer.complete(null);
      CompletableFuture.allOf(calls.toArray(CompletableFuture[]::new)).get(20, TimeUnit.SECONDS);
    }
  }

  private void store(VmSnapshot taken, Owner owner) {
    SnapshotNote note = new SnapshotNote(parent.hex(), owner, new TreeMap<>(), "");
    templates.store(taken, note, Long.MAX_VALUE, new Laps(), TemplateFixture.soon());
  }

  private static String hang(CountDownLatch stuck, CompletableFuture<Void> answer) {
    stuck.countDown();
    answer.join();
    return "";
  }

  @Test
  void whatIsRemovedIsGone() throws IOException {
    TemplateKey key = stored().key();
    fixture.restore(templates, key).kill();
    templates.delete(key);
    templates.close();
    fixture.assertNothingLeftBut(parent);
  }

  private static TemplateInfo info(StoredTemplates templates, TemplateKey key) {
    return templates.list().stream().filter(t -> t.key().equals(key)).findFirst().orElseThrow();
  }
}
