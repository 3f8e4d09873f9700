package io.vmfactory.template;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.vmfactory.configs.time.Laps;
import io.vmfactory.configs.time.Laps.Lap;
import io.vmfactory.scripted.vmm.Script.Step;
import io.vmfactory.template.TemplateException.Reason;
import io.vmfactory.vmm.Vm;
import io.vmfactory.vmm.VmFolder;
import io.vmfactory.vmm.VmFolders;
import io.vmfactory.vmm.VmId;
import io.vmfactory.vmm.VmPhase;
import io.vmfactory.vmm.VmmException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Tests shells: clones that wait for their state, whatever happens to their template meanwhile. */
@Timeout(60)
class ShellTest {
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

  private Shell prepare(Laps laps) {
    VmId id = VmId.random();
    VmFolder folder = new VmFolders(fixture.run).create(id);
    return templates.prepare(key, id, folder, laps, TemplateFixture.soon());
  }

  private Shell prepare() {
    return prepare(new Laps());
  }

  private String stored() {
    return templates.list().get(0).digest();
  }

  @Test
  void aShellWaitsForItsStateAndBecomesAClone() {
    Laps laps = new Laps();
    Shell shell = prepare(laps);
    assertThat(shell.vm().phase()).isEqualTo(VmPhase.INCOMING);
    assertThat(laps.all()).extracting(Lap::name).containsExactly("template", "spawn");

    shell.load(laps, TemplateFixture.soon());

    assertThat(shell.vm().phase()).isEqualTo(VmPhase.PAUSED);
    assertThat(laps.all()).extracting(Lap::name).containsExactly("template", "spawn", "load");
  }

  @Test
  void aShellSaysOfWhichSnapshotItIs() {
    assertThat(stored()).matches("[0-9a-f]{64}");
    assertThat(prepare().digest()).isEqualTo(stored());
  }

  @Test
  void aRebuiltTemplateIsAnotherSnapshotOfTheSameKey() {
    Shell before = prepare();
    String first = stored();
    TemplateInfo rebuilt =
        templates.build(fixture.spec(), TemplateFixture.SILENT, TemplateFixture.soon());

    assertThat(rebuilt.key()).isEqualTo(key);
    assertThat(rebuilt.digest()).isEqualTo(stored()).isNotEqualTo(first);
    assertThat(before.digest()).isEqualTo(first);
    assertThat(prepare().digest()).isEqualTo(rebuilt.digest());
  }

  @Test
  void aShellIsLoadedThoughItsTemplateIsGone() throws IOException {
    Shell shell = prepare();
    templates.delete(key);
    templates.close();
    assertThat(TemplateFixture.memoryFiles()).as("held for shells").isZero();

    shell.load(new Laps(), TemplateFixture.soon());

    assertThat(shell.vm().phase()).isEqualTo(VmPhase.PAUSED);
  }

  @Test
  void shellsOfOneLoadedTemplateShareItsState() throws ReflectiveOperationException {
    var state = LoadableShell.class.getDeclaredField("state");
    state.setAccessible(true);
    assertThat(state.get(prepare())).isSameAs(state.get(prepare()));
  }

  @Test
  void aShellThatCannotBeLoadedIsKilledAndLeavesNothing() throws IOException {
    Shell shell = prepare();
    fixture
        .fake
        .script()
        .failAt(Step.LOAD, new VmmException(VmmException.Reason.FAILED, "scripted"));
    assertThatThrownBy(() -> shell.load(new Laps(), TemplateFixture.soon())).hasMessage("scripted");
    templates.close();
    fixture.assertNothingLeftBut(key);
  }

  @Test
  void aShellOfAnEarlierDaemonIsLoadedByTheNextOne() {
    Shell before = prepare();
    templates.close();
    StoredTemplates next = fixture.open();

    Shell adopted = next.adopt(key, before.vm(), TemplateFixture.soon());

    assertThat(adopted.vm()).isSameAs(before.vm());
    assertThat(adopted.digest()).isEqualTo(before.digest());
    adopted.load(new Laps(), TemplateFixture.soon());
    assertThat(before.vm().phase()).isEqualTo(VmPhase.PAUSED);
  }

  @Test
  void theDigestTellsThatAShellOfAnEarlierDaemonIsOfAnotherSnapshot() {
    Shell before = prepare();
    templates.build(fixture.spec(), TemplateFixture.SILENT, TemplateFixture.soon());
    assertThat(templates.adopt(key, before.vm(), TemplateFixture.soon()).digest())
        .isNotEqualTo(before.digest());
  }

  @Test
  void whatDoesNotWaitForItsStateIsNoShell() {
    Vm clone = fixture.restore(templates, key);
    var thrown =
        catchThrowableOfType(
            VmmException.class, () -> templates.adopt(key, clone, TemplateFixture.soon()));
    assertThat(thrown.reason()).isEqualTo(VmmException.Reason.ILLEGAL_PHASE);
    assertThat(thrown).hasMessageContaining(clone.identity().id().shortened());
    assertThat(clone.phase()).isEqualTo(VmPhase.PAUSED);
  }

  @Test
  void aShellWhoseTemplateIsGoneIsNotAdoptedAndStaysAsItWas() {
    Shell shell = prepare();
    templates.delete(key);
    var thrown =
        catchThrowableOfType(
            TemplateException.class,
            () -> templates.adopt(key, shell.vm(), TemplateFixture.soon()));
    assertThat(thrown.reason()).isEqualTo(Reason.NOT_FOUND);
    assertThat(shell.vm().phase()).isEqualTo(VmPhase.INCOMING);
  }

  @Test
  void aManifestThatCannotBeReadHasNoDigest() throws IOException {
    Files.delete(fixture.files(key).manifest());
    List<TemplateInfo> listed = fixture.open().list();
    assertThat(listed).extracting(TemplateInfo::digest).containsExactly("");
    assertThat(listed).noneMatch(TemplateInfo::usable);
  }
}
