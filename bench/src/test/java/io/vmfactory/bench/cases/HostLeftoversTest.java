package io.vmfactory.bench.cases;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HostLeftoversTest {
  @TempDir private Path home;

  @Test
  void aProcessThatNamesTheFolderIsFoundUntilItEnds() throws Exception {
    assertThat(HostLeftovers.of(home)).isEmpty();
    Process cat = new ProcessBuilder("sh", "-c", "read end; : " + home).start();
    try {
      String found = "process " + cat.pid();
      assertThat(HostLeftovers.of(home)).containsExactly(found);
      assertThat(HostLeftovers.running(List.of(cat.toHandle()))).containsExactly(found);
    } finally {
      cat.getOutputStream().close();
      cat.waitFor();
    }
    assertThat(HostLeftovers.of(home)).isEmpty();
    assertThat(HostLeftovers.running(List.of(cat.toHandle()))).isEmpty();
  }

  @Test
  void aProcessThatHasAFileThereOpenIsFound() throws Exception {
    Path pipe = Files.createFile(home.resolve("log"));
    Process sh = new ProcessBuilder("sh", "-c", "read end").redirectError(pipe.toFile()).start();
    try {
      assertThat(HostLeftovers.of(home)).containsExactly("process " + sh.pid());
    } finally {
      sh.getOutputStream().close();
      sh.waitFor();
    }
  }

  @Test
  void filesAreReportedExceptThoseThatMayBeThere() throws Exception {
    Path vms = Files.createDirectory(home.resolve("vm"));
    assertThat(HostLeftovers.files(home, vms)).isEmpty();
    assertThat(HostLeftovers.files(home.resolve("none"), vms)).isEmpty();
    Path left = Files.createFile(vms.resolve("left"));
    assertThat(HostLeftovers.files(home, vms)).containsExactly("file " + left);
  }
}
