package io.vmfactory.linux;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vmfactory.configs.time.Deadline;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Each operation on each thing that another user can have put in a file's place: none blocks. */
@Timeout(60)
class PlantedFilesTest {
  @TempDir Path folder;
  private Path victim;
  private Path name;

  enum Planted {
    LINK,
    LINK_TO_ENDLESS,
    DANGLING_LINK,
    PIPE,
    FOLDER
  }

  @BeforeEach
  void name() throws IOException {
    victim = Files.writeString(folder.resolve("victim"), "precious");
    name = folder.resolve("name");
  }

  private void plant(Planted what) throws Exception {
    switch (what) {
      case LINK -> Files.createSymbolicLink(name, victim);
      case LINK_TO_ENDLESS -> Files.createSymbolicLink(name, Path.of("/dev/zero"));
      case DANGLING_LINK -> Files.createSymbolicLink(name, folder.resolve("made"));
      case PIPE ->
          assertThat(new ProcessBuilder("mkfifo", name.toString()).start().waitFor()).isZero();
      case FOLDER -> Files.createDirectories(name.resolve("not empty"));
    }
  }

  private void harmless() {
    assertThat(victim).hasContent("precious");
    assertThat(folder.resolve("made")).doesNotExist();
  }

  @ParameterizedTest
  @EnumSource
  void isNotRead(Planted what) throws Exception {
    plant(what);
    assertThatThrownBy(() -> OwnFile.read(name, 4096)).isInstanceOf(IOException.class);
    assertThatThrownBy(() -> OwnFile.open(name)).isInstanceOf(IOException.class);
    harmless();
  }

  @ParameterizedTest
  @EnumSource
  void isNoLockAndGetsNoContent(Planted what) throws Exception {
    plant(what);
    Deadline soon = Deadline.after(Duration.ofSeconds(20));
    assertThatThrownBy(() -> PathLock.tryLock(name)).isInstanceOf(IOException.class);
    assertThatThrownBy(() -> PathLock.tryLock(name, "1")).isInstanceOf(IOException.class);
    assertThatThrownBy(() -> PathLock.lock(List.of(name), "it", soon))
        .isInstanceOf(IOException.class);
    harmless();
  }

  @ParameterizedTest
  @EnumSource
  void isNoLog(Planted what) throws Exception {
    plant(what);
    assertThatThrownBy(() -> OwnerOnly.log(name)).isInstanceOf(IOException.class);
    harmless();
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "FOLDER")
  void isReplacedAndNeverWritten(Planted what) throws Exception {
    plant(what);
    OwnerOnly.replace(name, "new".getBytes(UTF_8));
    assertThat(Files.isRegularFile(name, java.nio.file.LinkOption.NOFOLLOW_LINKS)).isTrue();
    assertThat(OwnFile.read(name, 3)).asString().isEqualTo("new");
    harmless();
  }

  @ParameterizedTest
  @EnumSource
  void isNeitherReplacedNorWrittenByWhatIsMadeOnce(Planted what) throws Exception {
    plant(what);
    assertThat(OwnerOnly.publish(name, "new".getBytes(UTF_8))).isFalse();
    harmless();
    try (var all = Files.list(folder)) {
      assertThat(all).containsExactlyInAnyOrder(victim, name);
    }
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "FOLDER")
  void isNoOutputOfAProgram(Planted what) throws Exception {
    plant(what);
    Program program =
        new Program(Path.of("/bin/echo"), List.of("overwritten"), name, List.of(), false);
    try (Processes processes = new Processes()) {
      assertThatThrownBy(() -> processes.start(program)).isInstanceOf(OsException.class);
    }
    harmless();
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "FOLDER")
  void isNoFolder(Planted what) throws Exception {
    plant(what);
    assertThatThrownBy(() -> OwnFolder.require(name)).isInstanceOf(NotDirectoryException.class);
    assertThat(PathLock.tryDirectory(name)).isEmpty();
  }

  @Test
  void aFolderThatOthersMayWriteIsRefused() throws IOException {
    assertThat(OwnFolder.prepare(name.resolve("deep"))).isDirectory();
    OwnFolder.require(name);
    Files.setPosixFilePermissions(name, PosixFilePermissions.fromString("rwxrwx---"));
    String remedy = "chmod go-w '" + name + "'";
    assertThatThrownBy(() -> OwnFolder.require(name)).hasMessageContaining(remedy);
    assertThatThrownBy(() -> OwnFolder.prepare(name.resolve("deep"))).hasMessageContaining(remedy);
  }

  @Test
  void aSecondNameOfAFileGetsNoPid() throws IOException {
    Files.createLink(name, victim);
    assertThatThrownBy(() -> PathLock.tryLock(name, "1")).hasMessageContaining("remove it");
    assertThatThrownBy(() -> OwnerOnly.log(name)).hasMessageContaining("remove it");
    harmless();
  }

  @Test
  void oneOfManyMakesTheContentAndAllSeeTheSame() {
    List<Boolean> made =
        java.util.stream.IntStream.range(0, 32)
            .parallel()
            .mapToObj(number -> published(Integer.toString(number)))
            .toList();
    assertThat(made).containsOnlyOnce(true);
  }

  private boolean published(String content) {
    try {
      return OwnerOnly.publish(name, content.getBytes(UTF_8));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
