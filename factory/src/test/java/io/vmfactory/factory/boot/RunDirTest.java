package io.vmfactory.factory.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vmfactory.configs.DaemonConfig;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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
