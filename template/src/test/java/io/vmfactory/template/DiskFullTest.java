package io.vmfactory.template;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.vmfactory.scripted.vmm.FakeVm;
import io.vmfactory.template.TemplateException.Reason;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests a store on a file system that is really full. */
class DiskFullTest {
  @TempDir Path dir;
  @TempDir Path elsewhere;
  private Path small;
  private TemplateFixture fixture;

  @BeforeEach
  void mount() throws Exception {
    small = Files.createDirectory(dir.resolve("small"));
    run("mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", small.toString());
    fixture = new TemplateFixture(dir, small.resolve("templates"));
  }

  @AfterEach
  void unmount() throws Exception {
    fixture.close();
    run("umount", small.toString());
  }

  private static void run(String... command) throws Exception {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(String.join(" ", command) + ": " + said).isZero();
  }

  /** Leaves {@code pages} pages free; the store's directories need none on tmpfs. */
  private void fillBut(int pages) throws IOException {
    long free = Files.getFileStore(small).getUsableSpace();
    Files.write(small.resolve("ballast"), new byte[(int) free - pages * 4096]);
  }

  @ParameterizedTest
  @CsvSource({"0, memory", "1, memory", "2, state", "3, manifest.json"})
  void theFileTheNeedAndTheFreeSpaceAreReportedAndNothingIsLeft(int pages, String file)
      throws IOException {
    StoredTemplates templates = fixture.open();
    fillBut(pages);
    var thrown =
        catchThrowableOfType(
            TemplateException.class,
            () -> templates.build(fixture.spec(), TemplateFixture.SILENT, TemplateFixture.soon()));
    assertThat(thrown.reason()).isEqualTo(Reason.RESOURCES);
    assertThat(thrown)
        .hasMessageContaining("disk full")
        .hasMessageContaining("/" + file + " needs ")
        .hasMessageContaining(pages * 4 + " KiB were free");
    fixture.assertNothingLeftBut();
    Files.delete(small.resolve("ballast"));
    fixture.assertNothingLeftBut(
        templates.build(fixture.spec(), TemplateFixture.SILENT, TemplateFixture.soon()).key());
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6})
  void aSnapshotThatDoesNotFitLeavesNothing(int pages) throws IOException {
    StoredTemplates templates = fixture.open();
    SnapshotChains chains = new SnapshotChains(elsewhere, fixture, templates);
    TemplateKey parent = chains.stored("", 1, 0, FakeVm.STATE);
    fillBut(pages);
    var thrown =
        catchThrowableOfType(
            TemplateException.class, () -> chains.stored(parent.hex(), 1, 1, FakeVm.STATE));
    assertThat(thrown.reason()).isEqualTo(Reason.RESOURCES);
    assertThat(thrown).hasMessageContaining("disk full").hasMessageContaining(" needs ");
    fixture.assertStored(parent);
    Files.delete(small.resolve("ballast"));
    fixture.assertStored(parent, chains.stored(parent.hex(), 1, 1, FakeVm.STATE));
  }

  @ParameterizedTest
  @CsvSource({"0", "3"})
  void anExistingTemplateSurvives(int pages) throws IOException {
    StoredTemplates templates = fixture.open();
    TemplateInfo first =
        templates.build(fixture.spec(), TemplateFixture.SILENT, TemplateFixture.soon());
    fillBut(pages);
    var thrown =
        catchThrowableOfType(
            TemplateException.class,
            () -> templates.build(fixture.spec(), TemplateFixture.SILENT, TemplateFixture.soon()));
    assertThat(thrown.reason()).isEqualTo(Reason.RESOURCES);
    assertThat(templates.list()).containsExactly(first);
    fixture.assertNothingLeftBut(first.key());
    fixture.restore(templates, first.key());
  }
}
