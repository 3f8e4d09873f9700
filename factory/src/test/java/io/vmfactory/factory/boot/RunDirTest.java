package io.vmfactory.factory.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.vmfactory.configs.DaemonConfig;
import io.vmfactory.configs.host.OwnUser;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RunDirTest {
  @TempDir Path folder;

  private static DaemonConfig config(Path runDir) {
    return new DaemonConfig(runDir, runDir, "", Duration.ofSeconds(1), 1, 1);
  }

  @Test
  void itIsItsOwnersOnly() throws Exception {
    Path made = RunDir.prepare(config(folder.resolve("a/run")));
    assertThat(Files.getPosixFilePermissions(made))
        .isEqualTo(PosixFilePermissions.fromString("rwx------"));
  }

  @Test
  void aPathTooLongForASocketIsRefusedBeforeAnythingIsMade() {
    Path deep = folder.resolve("x".repeat(90));
    assertThatThrownBy(() -> RunDir.prepare(config(deep)))
        .isInstanceOf(StartException.class)
        .hasMessageContaining("too long")
        .hasMessageContaining("run_dir");
    assertThat(deep).doesNotExist();
  }

  @Test
  void aFolderThatAnotherUserCanWriteIntoIsRefusedWithTheLineThatMendsIt() throws Exception {
    Path run = Files.createDirectories(folder.resolve("a/run/vm")).getParent();
    for (Path writable : List.of(folder.resolve("a"), run, run.resolve("vm"))) {
      Files.setPosixFilePermissions(writable, PosixFilePermissions.fromString("rwxrwxr-x"));
      refused(run, "other users may write %s; check it, then: chmod go-w '%1$s'", writable);
      Files.setPosixFilePermissions(writable, PosixFilePermissions.fromString("rwxr-xr-x"));
      assumeTrue(OwnUser.isRoot(), "only root can give files away");
      Files.setAttribute(writable, "unix:uid", 12345);
      refused(run, "check it, then: chown root: '%s' && chmod go-w '%1$s'", writable);
      Files.setAttribute(writable, "unix:uid", 0);
    }
    assertThat(RunDir.prepare(config(run))).isEqualTo(run);
  }

  private void refused(Path run, String remedy, Path at) {
    assertThatThrownBy(() -> RunDir.prepare(config(run)))
        .isInstanceOf(StartException.class)
        .hasMessageContaining("cannot use run_dir " + run)
        .hasMessageContaining(remedy.formatted(at));
  }

  @ParameterizedTest
  @ValueSource(strings = {"/dev/zero", "pipe"})
  void aLockThatIsNoFileNeitherBlocksNorFills(String what) throws Exception {
    Path lock = folder.resolve("factory.lock");
    if (what.equals("pipe")) {
      assertThat(new ProcessBuilder("mkfifo", lock.toString()).start().waitFor()).isZero();
    } else {
      Files.createSymbolicLink(lock, Path.of(what));
    }
    assertThatThrownBy(() -> DaemonLock.take(folder))
        .isInstanceOf(StartException.class)
        .hasMessageContaining(lock.toString());
  }

  @Test
  void theLockIsTakenOnceAndNamesItsHolder() {
    try (DaemonLock first = DaemonLock.take(folder)) {
      assertThatThrownBy(() -> DaemonLock.take(folder))
          .isInstanceOf(StartException.class)
          .hasMessageContaining("pid " + ProcessHandle.current().pid());
      assertThat(folder.resolve("factory.lock")).exists();
    }
    assertThat(folder.resolve("factory.lock")).doesNotExist();
    DaemonLock.take(folder).close();
  }

  @Test
  void anUnknownGroupIsNamedWithItsKey() {
    Path run = folder.resolve("run");
    var config = new DaemonConfig(run, run, "no-such-group-here", Duration.ofSeconds(1), 1, 1);
    assertThatThrownBy(() -> RunDir.prepare(config))
        .isInstanceOf(StartException.class)
        .hasMessageContaining("\"no-such-group-here\"")
        .hasMessageContaining("[daemon] socket_group");
    assertThat(run).doesNotExist();
  }

  @Test
  void aFileInTheWayIsSaidInPlainWords() throws Exception {
    Path file = Files.writeString(folder.resolve("f"), "");
    assertThatThrownBy(() -> RunDir.prepare(config(file)))
        .isInstanceOf(StartException.class)
        .hasMessageContaining(file + ": something else with that name exists")
        .hasMessageNotContaining("Exception");
  }

  @Test
  void aLockFileThatWasReplacedIsNotTheOneThatIsOpen() throws Exception {
    Path file = folder.resolve("l");
    try (FileChannel open =
        FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      assertThat(open.size()).isZero();
      assertThat(DaemonLock.isOpen(file)).isTrue();
      Files.delete(file);
      assertThat(DaemonLock.isOpen(file)).isFalse();
      Files.createFile(file);
      assertThat(DaemonLock.isOpen(file)).isFalse();
    }
  }
}
