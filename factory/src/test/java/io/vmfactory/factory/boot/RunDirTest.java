package io.vmfactory.factory.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vmfactory.configs.DaemonConfig;
import java.nio.file.Files;
import java.nio.file.Path;
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
}
