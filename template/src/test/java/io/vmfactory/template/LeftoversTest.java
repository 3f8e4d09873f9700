package io.vmfactory.template;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.vmfactory.linux.PathLock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests what a killed process leaves in the store, and what a living one works on. */
class LeftoversTest {
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

  private Path halfMade(String name) throws IOException {
    Path half = Files.createDirectories(fixture.store.resolve(name));
    Files.writeString(half.resolve("memory"), "half a memory");
    return half;
  }

  @Test
  void aHalfMadeTemplateIsNotListedAndIsRemovedWhenTheStoreIsOpened() throws IOException {
    halfMade(".building-of-the-dead");
    halfMade(".deleted-half-way");
    assertThat(fixture.open().list()).isEmpty();
    fixture.assertNothingLeftBut();
  }

  @Test
  void aHalfMadeTemplateIsRemovedByTheNextBuild() throws IOException {
    StoredTemplates templates = fixture.open();
    halfMade(".building-of-the-dead");
    assertThat(templates.list()).isEmpty();
    TemplateInfo built =
        templates.build(fixture.spec(), TemplateFixture.SILENT, TemplateFixture.soon());
    fixture.assertNothingLeftBut(built.key());
  }

  @Test
  void whatALivingProcessWorksOnIsLeftAloneUntilItIsKilled() throws Exception {
    Path theirs = halfMade(".building-of-another");
    Process other =
        new ProcessBuilder("flock", "-o", theirs.toString(), "sh", "-c", "echo locked; exec cat")
            .start();
    try {
      assertThat(other.inputReader(UTF_8).readLine()).isEqualTo("locked");
      StoredTemplates templates = fixture.open();
      assertThat(theirs).exists();
      templates.build(fixture.spec(), TemplateFixture.SILENT, TemplateFixture.soon());
      assertThat(theirs.resolve("memory")).exists();
    } finally {
      other.outputWriter().close();
      other.destroyForcibly().waitFor();
    }
    fixture.open();
    assertThat(theirs).doesNotExist();
  }

  @Test
  void whatThisProcessWorksOnIsLeftAloneEvenAfterASecondLook() throws IOException {
    Path ours = halfMade(".building-of-ours");
    try (PathLock lock = PathLock.tryDirectory(ours).orElseThrow()) {
      fixture.open();
      fixture.open();
      assertThat(ours).exists();
    }
    fixture.open();
    assertThat(ours).doesNotExist();
  }

  @Test
  void aBuildInTheMiddleSurvivesAnotherOpeningOfTheStore() throws IOException {
    StoredTemplates templates = fixture.open();
    BuildListener reopening = TemplateFixture.listener((step, index) -> fixture.open());
    TemplateInfo built = templates.build(fixture.spec(), reopening, TemplateFixture.soon());
    fixture.assertNothingLeftBut(built.key());
  }

  @Test
  void otherFilesInTheStoreAreNeitherListedNorRemoved() throws IOException {
    Path note =
        Files.writeString(Files.createDirectories(fixture.store).resolve("README"), "hands off");
    assertThat(fixture.open().list()).isEmpty();
    assertThat(note).exists();
  }
}
