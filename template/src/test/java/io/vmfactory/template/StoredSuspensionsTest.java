package io.vmfactory.template;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vmfactory.configs.time.Laps;
import io.vmfactory.linux.DamagedDocuments;
import io.vmfactory.linux.MemoryFile;
import io.vmfactory.linux.MemoryFiles;
import io.vmfactory.scripted.vmm.FakeVm;
import io.vmfactory.template.SnapshotNote.Owner;
import io.vmfactory.vmm.GuestRam;
import io.vmfactory.vmm.RamChanges;
import io.vmfactory.vmm.Vm;
import io.vmfactory.vmm.VmFolder;
import io.vmfactory.vmm.VmFolders;
import io.vmfactory.vmm.VmId;
import io.vmfactory.vmm.VmPhase;
import io.vmfactory.vmm.VmSnapshot;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests suspended VMs on disk: their records, their snapshots, and what belongs to no VM. */
class StoredSuspensionsTest {
  private static final String LEASE = "0a".repeat(16);
  private static final String OTHER = "0b".repeat(16);

  @TempDir Path dir;
  private TemplateFixture fixture;
  private StoredTemplates templates;
  private TemplateKey parent;
  private StoredSuspensions suspensions;

  @BeforeEach
  void build() throws IOException {
    fixture = new TemplateFixture(dir);
    parent = fixture.built();
    open();
  }

  private void open() {
    templates = fixture.open();
    Path folder = dir.resolve("suspended");
    StorePlace place = new StorePlace(folder, fixture.secret, dir.resolve("overlays"));
    suspensions = new StoredSuspensions(place, templates);
  }

  @AfterEach
  void close() throws IOException {
    fixture.close();
    assertThat(TemplateFixture.memoryFiles()).isZero();
  }

  /** A clone of the parent that has written one page. */
  private TemplateInfo stored(String lease) {
    Laps laps = new Laps();
    VmId id = VmId.random();
    Vm clone = templates.restore(parent, id, folder(id), laps, TemplateFixture.soon());
    MemoryFile theirs = ((GuestRam.CopyOnWrite) ((FakeVm) clone).launch().ram()).file();
    MemoryFile memory = MemoryFiles.create("vmfactory-snapshot", theirs.size());
    ByteBuffer page = ByteBuffer.allocateDirect(4096);
    for (long at = theirs.nextData(0); at >= 0; at = theirs.nextData(at + 4096)) {
      theirs.read(at, page.clear());
      memory.write(at, page.flip());
    }
    memory.write(3 * 4096, ByteBuffer.wrap("what the guest has written".getBytes(UTF_8)));
    memory.seal();
    clone.kill();
    SnapshotNote note =
        new SnapshotNote(
            parent.hex(),
            new Owner(1000, false),
            new TreeMap<>(Map.of(Suspensions.LEASE, lease)),
            "");
    try (VmSnapshot taken =
        new VmSnapshot(
            fixture.spec(), memory, FakeVm.STATE, List.of(), 4096, Duration.ofMillis(3))) {
      return suspensions.store(taken, note, Long.MAX_VALUE, laps, TemplateFixture.soon());
    }
  }

  private VmFolder folder(VmId id) {
    return new VmFolders(dir.resolve("vm")).create(id);
  }

  private SuspendedVm vm(String lease, TemplateInfo stored) {
    return new SuspendedVm(
        lease,
        1000,
        "me",
        new SuspendedVm.Terms(60_000, 3_600_000, "2027-01-01T00:00:00Z"),
        new SuspendedVm.Former("0c".repeat(16), parent.hex(), "web", 1, TemplateFixture.MEMORY_MIB),
        SuspendedVm.Inside.of(new TreeMap<>(Map.of("a", "b")), "AQID"),
        new SuspendedVm.Stored(stored.key().hex(), 4096, "2026-01-01T00:00:00Z"));
  }

  private SuspendedVm suspended(String lease) {
    SuspendedVm vm = vm(lease, stored(lease));
    suspensions.record(vm);
    return vm;
  }

  private FakeVm restore(SuspendedVm vm) {
    VmId id = VmId.random();
    return (FakeVm) suspensions.restore(vm, id, folder(id), new Laps(), TemplateFixture.soon());
  }

  private Path files(SuspendedVm vm) {
    return dir.resolve("suspended/snapshots").resolve(vm.stored().key());
  }

  private void refused(SuspendedVm vm, String why) {
    assertThatThrownBy(() -> restore(vm))
        .isInstanceOfSatisfying(
            TemplateException.class,
            e -> assertThat(e.reason()).isEqualTo(TemplateException.Reason.REFUSED))
        .hasMessageContaining("cannot be resumed: ")
        .hasMessageContaining(why);
    assertThat(fixture.fake.vms()).extracting(FakeVm::phase).containsOnly(VmPhase.EXITED);
  }

  @Test
  void itIsMadeAgainOverTheMemoryOfItsTemplateAndWithoutIt() throws IOException {
    SuspendedVm vm = suspended(LEASE);
    open();
    assertThat(suspensions.found().vms()).containsExactly(vm);
    FakeVm over = restore(vm);
    GuestRam.CopyOnWrite ram = (GuestRam.CopyOnWrite) over.launch().ram();
    List<Long> written = new ArrayList<>();
    ram.changes().writeTo((offset, pages) -> written.add(offset), TemplateFixture.soon());
    assertThat(written).containsExactly(3L * 4096);
    over.kill();
    templates.delete(parent);
    FakeVm alone = restore(vm);
    GuestRam whole = alone.launch().ram();
    assertThat(((GuestRam.CopyOnWrite) whole).changes()).isSameAs(RamChanges.NONE);
    alone.kill();
  }

  @Test
  void oneAlteredByteInAnyFileIsRefused() throws IOException {
    SuspendedVm vm = suspended(LEASE);
    for (String name : List.of("memory", "state", "manifest.json")) {
      Path file = files(vm).resolve(name);
      for (long at : List.of(0L, Files.size(file) / 2, Files.size(file) - 1)) {
        TemplateFixture.flip(file, at);
        open();
        refused(vm, name.replace(".json", ""));
        TemplateFixture.flip(file, at);
      }
    }
    open();
    restore(vm).kill();
  }

  @Test
  void eachAlteredByteOfARecordIsReportedAndNothingIsRemoved() throws IOException {
    SuspendedVm vm = suspended(LEASE);
    Path record = dir.resolve("suspended").resolve(LEASE + ".json");
    for (long at = 0; at < Files.size(record); at++) {
      TemplateFixture.flip(record, at);
      Suspensions.Found found = suspensions.found();
      if (found.unreadable().isEmpty()) {
        assertThat(found.vms()).containsExactly(vm); // white space
      } else {
        assertThat(found.unreadable().get(0)).contains(record.toString());
        assertThat(found.vms()).isEmpty();
        suspensions.sweep();
      }
      TemplateFixture.flip(record, at);
    }
    assertThat(suspensions.found().vms()).containsExactly(vm);
    restore(vm).kill();
  }

  @Test
  void aRecordWithOneFaultAnywhereIsReported() throws IOException {
    SuspendedVm vm = suspended(LEASE);
    Path record = dir.resolve("suspended").resolve(LEASE + ".json");
    byte[] good = Files.readAllBytes(record);
    for (byte[] damaged : DamagedDocuments.of(good)) {
      Files.write(record, damaged);
      assertThat(suspensions.found().unreadable()).as(new String(damaged, UTF_8)).hasSize(1);
    }
    Files.write(record, good);
    assertThat(suspensions.found().vms()).containsExactly(vm);
  }

  @Test
  void theSnapshotOfAnotherLeaseOrUserIsRefused() {
    SuspendedVm one = suspended(LEASE);
    SuspendedVm other = suspended(OTHER);
    refused(
        new SuspendedVm(LEASE, 1000, "me", one.terms(), one.former(), one.inside(), other.stored()),
        "that of another VM");
    refused(
        new SuspendedVm(LEASE, 1001, "me", one.terms(), one.former(), one.inside(), one.stored()),
        "that of another VM");
  }

  @Test
  void aSnapshotThatIsGoneIsRefused() {
    SuspendedVm vm = suspended(LEASE);
    suspensions.discard(new TemplateKey(vm.stored().key()));
    suspensions.discard(new TemplateKey(vm.stored().key()));
    refused(vm, "no template");
  }

  @Test
  void theNextDaemonRemovesWhatNoRecordNeeds() {
    SuspendedVm vm = suspended(LEASE);
    final TemplateInfo left = stored(OTHER);
    open();
    suspensions.sweep();
    assertThat(files(vm)).isDirectory();
    assertThat(dir.resolve("suspended/snapshots").resolve(left.key().hex())).doesNotExist();
    suspensions.forget(vm);
    assertThat(suspensions.found().vms()).isEmpty();
    suspensions.sweep();
    assertThat(files(vm)).doesNotExist();
    assertThat(templates.list()).extracting(TemplateInfo::key).containsExactly(parent);
  }
}
