package io.vmfactory.template;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.vmfactory.configs.host.OwnUser;
import io.vmfactory.scripted.vmm.FakeVm;
import io.vmfactory.scripted.vmm.Script.Step;
import io.vmfactory.template.TemplateException.Reason;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Damages each file of a stored snapshot in each way: it is refused, and others are not. */
@Tag("exhaustive")
class SnapshotDamageTest {
  @TempDir Path dir;
  private TemplateFixture fixture;
  private SnapshotChains chains;
  private TemplateKey damaged;
  private TemplateKey other;

  /** What happens to a file. */
  private enum Damage {
    FIRST_BYTE,
    MIDDLE_BYTE,
    LAST_BYTE,
    SHORTER,
    LONGER,
    EMPTY,
    ZEROS,
    GONE,
    SWAPPED,
    LINK,
    PIPE,
    FOLDER,
    WRITABLE,
    OTHER_OWNER;

    boolean harmsOther() {
      return this == SWAPPED;
    }
  }

  @BeforeEach
  void store() throws IOException {
    fixture = new TemplateFixture(dir);
    StoredTemplates templates = fixture.open();
    chains = new SnapshotChains(dir, fixture, templates);
    damaged = chains.stored(1, "another state".getBytes(UTF_8));
    other = chains.stored(51, FakeVm.STATE);
  }

  @AfterEach
  void close() throws IOException {
    fixture.close();
    assertThat(TemplateFixture.memoryFiles()).isZero();
  }

  static Stream<Arguments> damages() {
    return SnapshotChains.FILES.stream()
        .flatMap(file -> Stream.of(Damage.values()).map(damage -> Arguments.of(file, damage)));
  }

  @ParameterizedTest
  @MethodSource("damages")
  void isRefusedWithTheNameOfTheFileAndNeverStarted(String name, Damage damage) throws IOException {
    assumeTrue(damage != Damage.OTHER_OWNER || OwnUser.isRoot(), "only root can give files away");
    Path file = chains.file(damaged, name);
    damage(file, damage);
    requireRefused(damaged, name);
    if (damage.harmsOther()) {
      requireRefused(other, name);
    } else {
      fixture.restore(fixture.open(), other).kill();
    }
  }

  private void requireRefused(TemplateKey key, String name) {
    StoredTemplates templates = fixture.open();
    long before = fixture.fake.script().done().stream().filter(Step.PREPARE::equals).count();
    var thrown =
        catchThrowableOfType(TemplateException.class, () -> fixture.restore(templates, key));
    assertThat(thrown).as("a refusal").isNotNull();
    assertThat(thrown.reason()).isEqualTo(Reason.REFUSED);
    assertThat(thrown).hasMessageContaining(name.equals("manifest.json") ? "manifest" : name);
    assertThat(fixture.fake.script().done()).filteredOn(Step.PREPARE::equals).hasSize((int) before);
    assertThat(templates.list())
        .filteredOn(info -> info.key().equals(key))
        .singleElement()
        .matches(info -> !info.usable() && !info.loaded());
  }

  private void damage(Path file, Damage damage) throws IOException {
    long size = Files.size(file);
    switch (damage) {
      case FIRST_BYTE -> TemplateFixture.flip(file, 0);
      case MIDDLE_BYTE -> TemplateFixture.flip(file, size / 2);
      case LAST_BYTE -> TemplateFixture.flip(file, size - 1);
      case SHORTER -> resize(file, size - 1);
      case LONGER -> resize(file, size + 1);
      case EMPTY -> resize(file, 0);
      case ZEROS -> {
        resize(file, 0);
        resize(file, size);
      }
      case GONE -> Files.delete(file);
      case SWAPPED -> swap(file, chains.file(other, String.valueOf(file.getFileName())));
      case LINK -> Files.createSymbolicLink(file, Files.move(file, dir.resolve("moved")));
      case PIPE -> {
        Files.delete(file);
        Process made = new ProcessBuilder("mkfifo", file.toString()).start();
        assertThat(made.onExit().join().exitValue()).isZero();
      }
      case FOLDER -> {
        Files.delete(file);
        Files.createDirectory(file);
      }
      case WRITABLE ->
          Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-rw-r--"));
      case OTHER_OWNER -> Files.setAttribute(file, "unix:uid", 12345);
    }
  }

  private static void resize(Path file, long size) throws IOException {
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    try (RandomAccessFile open = new RandomAccessFile(file.toFile(), "rw")) {
      open.setLength(size);
    }
  }

  private void swap(Path one, Path two) throws IOException {
    Path aside = dir.resolve("aside");
    Files.move(one, aside, StandardCopyOption.ATOMIC_MOVE);
    Files.move(two, one, StandardCopyOption.ATOMIC_MOVE);
    Files.move(aside, two, StandardCopyOption.ATOMIC_MOVE);
  }
}
