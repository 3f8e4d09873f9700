package io.vmfactory.template;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vmfactory.configs.time.Laps;
import io.vmfactory.linux.MemoryFile;
import io.vmfactory.linux.MemoryFiles;
import io.vmfactory.scripted.vmm.FakeVm;
import io.vmfactory.template.SnapshotNote.Owner;
import io.vmfactory.vmm.GuestRam;
import io.vmfactory.vmm.Vm;
import io.vmfactory.vmm.VmSnapshot;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests memory that is stored as the difference to that of another template. */
class MemoryChainTest {
  private static final int PAGE = 4096;
  private static final int PAGES = TemplateFixture.MEMORY_MIB * TemplateFixture.MIB / PAGE;

  @TempDir Path dir;
  private TemplateFixture fixture;
  private StoredTemplates templates;

  /** What each page of the guest's memory is filled with. */
  private final byte[] pages = new byte[PAGES];

  @BeforeEach
  void open() throws IOException {
    fixture = new TemplateFixture(dir);
    templates = fixture.open();
    for (int page = 100; page < 160; page++) {
      pages[page] = (byte) page;
    }
  }

  @AfterEach
  void close() throws IOException {
    fixture.close();
    assertThat(TemplateFixture.memoryFiles()).isZero();
  }

  private TemplateKey stored(String parent) {
    MemoryFile memory = MemoryFiles.create("vmfactory-snapshot", (long) PAGES * PAGE);
    for (int page = 0; page < PAGES; page++) {
      if (pages[page] != 0) {
        byte[] content = new byte[PAGE];
        Arrays.fill(content, pages[page]);
        memory.write((long) page * PAGE, ByteBuffer.wrap(content));
      }
    }
    memory.seal();
    SnapshotNote note = new SnapshotNote(parent, new Owner(0, true), new TreeMap<>(), "");
    try (VmSnapshot taken =
        new VmSnapshot(fixture.spec(), memory, FakeVm.STATE, List.of(), 0, Duration.ZERO)) {
      return templates.store(taken, note, Long.MAX_VALUE, new Laps(), TemplateFixture.soon()).key();
    }
  }

  private TemplateKey child(TemplateKey parent) {
    return stored(parent.hex());
  }

  /** Checks that a clone, made by another daemon, has the memory as it is now. */
  private void assertLoads(TemplateKey key) {
    try (StoredTemplates other = fixture.open()) {
      Vm clone = fixture.restore(other, key);
      MemoryFile ram = ((GuestRam.CopyOnWrite) ((FakeVm) clone).launch().ram()).file();
      byte[] content = new byte[PAGE];
      for (int page = 0; page < PAGES; page++) {
        ByteBuffer read = ByteBuffer.allocate(PAGE);
        ram.read((long) page * PAGE, read);
        Arrays.fill(content, pages[page]);
        assertThat(read.array()).as("page %d", page).isEqualTo(content);
      }
      clone.kill();
    }
  }

  private List<String> files(TemplateKey key) throws IOException {
    return TemplateFixture.names(fixture.files(key).directory()).stream().sorted().toList();
  }

  private static Object inode(Path file) throws IOException {
    return Files.getAttribute(file, "unix:ino");
  }

  @Test
  void onlyWhatIsNotTheParentsIsStored() throws IOException {
    TemplateKey whole = stored("");
    assertThat(files(whole)).containsExactly("manifest.json", "memory", "state");
    pages[7] = 1; // new
    pages[101] = 2; // other
    pages[102] = 0; // gone
    TemplateKey child = child(whole);
    assertThat(files(child)).containsExactly("base-0", "manifest.json", "memory", "state");
    assertThat(inode(fixture.files(child).base(0))).isEqualTo(inode(fixture.files(whole).memory()));
    assertThat(PageWalkTest.allocatedBytes(fixture.files(child).memory())).isEqualTo(3 * PAGE);
    assertThat(info(child).memoryBytes()).isEqualTo(3 * PAGE);
    assertLoads(child);
    pages[102] = 3; // back
    pages[101] = 0; // gone too
    assertLoads(child(child));
  }

  private TemplateInfo info(TemplateKey key) {
    return templates.list().stream().filter(t -> t.key().equals(key)).findFirst().orElseThrow();
  }

  @Test
  void theParentsMayBeRemoved() throws IOException {
    TemplateKey first = stored("");
    pages[101] = 1;
    TemplateKey second = child(first);
    pages[102] = 0;
    TemplateKey third = child(second);
    templates.delete(first);
    templates.delete(second);
    assertThat(files(third))
        .containsExactly("base-0", "base-1", "manifest.json", "memory", "state");
    assertLoads(third);
    templates.delete(third);
    templates.close();
    fixture.assertNothingLeftBut();
  }

  @Test
  void aChainIsBounded() throws IOException {
    List<TemplateKey> made = new ArrayList<>(List.of(stored("")));
    for (int i = 1; i <= MemoryChain.MOST_FILES; i++) {
      pages[100 + i] = 0;
      pages[200 + i] = 9;
      made.add(child(made.get(i - 1)));
    }
    TemplateKey last = made.get(MemoryChain.MOST_FILES - 1);
    assertThat(files(last)).hasSize(MemoryChain.MOST_FILES + 2);
    assertThat(files(made.get(MemoryChain.MOST_FILES)))
        .containsExactly("manifest.json", "memory", "state");
    assertLoads(made.get(MemoryChain.MOST_FILES));
  }

  @Test
  void memoryThatIsMostlyOtherIsStoredAsAWhole() throws IOException {
    TemplateKey first = stored("");
    Arrays.fill(pages, 100, 140, (byte) 5);
    TemplateKey second = child(first);
    assertThat(files(second)).containsExactly("manifest.json", "memory", "state");
    assertLoads(second);
  }

  @Test
  void aParentThatIsRefusedOrGoneOrNoneIsNotUsed() throws IOException {
    TemplateKey first = stored("");
    TemplateFixture.flip(fixture.files(first).memory(), 100L * PAGE);
    templates = fixture.open();
    TemplateKey child = child(first);
    assertThat(files(child)).doesNotContain("base-0");
    assertLoads(child);
    templates.delete(first);
    assertLoads(child(first));
    assertLoads(stored("no key"));
  }

  /** Also one in a page that a later file replaces. */
  @Test
  void oneAlteredByteInAnyFileIsRefusedWithItsName() throws IOException {
    TemplateKey first = stored("");
    pages[101] = 1;
    TemplateKey second = child(first);
    pages[102] = 0;
    TemplateKey third = child(second);
    TemplateFiles files = fixture.files(third);
    for (Path file : List.of(files.base(0), files.base(1), files.memory())) {
      for (long at : List.of(101L * PAGE, 102L * PAGE, Files.size(file) - 1)) {
        TemplateFixture.flip(file, at);
        try (StoredTemplates other = fixture.open()) {
          assertThatThrownBy(() -> fixture.restore(other, third))
              .hasMessageContaining(file.getFileName() + " altered");
        }
        TemplateFixture.flip(file, at);
      }
    }
    assertLoads(third);
  }
}
