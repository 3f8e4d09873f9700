package io.vmfactory.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ProcessIdentityTest {
  @TempDir private Path proc;

  @Test
  void aProcessWhoseProgramIsHiddenLivesAsLongAsItsStartTime() throws IOException {
    ProcessIdentity hidden = new ProcessIdentity(4711, 99, Path.of(""));
    assertThat(hidden.isSeen()).isFalse();
    Path process = Files.createDirectory(proc.resolve("4711"));
    assertThat(hidden.lives(proc)).isFalse();
    stat(process, 99);
    assertThat(hidden.lives(proc)).isTrue();
    assertThat(new ProcessIdentity(4711, 99, Path.of("/bin/a")).lives(proc)).isFalse();
    stat(process, 100);
    assertThat(hidden.lives(proc)).isFalse();
  }

  @Test
  void thisProcessIsSeenWhole() throws IOException {
    Path self = Path.of("/proc", Long.toString(ProcessHandle.current().pid()));
    assertThat(ProcessIdentity.seen(self)).isEqualTo(ProcessIdentity.of(self));
    assertThat(ProcessIdentity.seen(self).isSeen()).isTrue();
  }

  private static void stat(Path process, long startTicks) throws IOException {
    String before = "4711 (a b) S" + " 0".repeat(18);
    Files.writeString(process.resolve("stat"), before + " " + startTicks + " 0 0");
  }
}
