package io.vmfactory.bench.engines;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.vmfactory.bench.commands.TimedCommand;
import io.vmfactory.configs.host.OwnUser;
import io.vmfactory.configs.time.Deadline;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EngineFolderTest {
  @TempDir Path top;
  private final Deadline soon = Deadline.after(Duration.ofSeconds(60));

  private EngineFolder folder() throws IOException {
    return new EngineFolder(top.resolve("engine"));
  }

  @Test
  void processesThatNameTheFolderEndWithIt() throws Exception {
    EngineFolder folder = folder();
    Path script = folder.script("bin/wait", "read line");
    Process named = new ProcessBuilder(script.toString()).start();
    Process other = new ProcessBuilder("sleep", "1000").start();

    assertThat(EngineFolder.naming(script.toString()))
        .extracting(ProcessHandle::pid)
        .containsExactly(named.pid());
    folder.close();

    soon.await(named.onExit(), "the end of the process");
    assertThat(folder.path()).doesNotExist();
    assertThat(other.isAlive()).isTrue();
    other.destroyForcibly();
  }

  @Test
  void mountsInTheFolderEndWithItAndKeepTheirFiles() throws Exception {
    assumeTrue(OwnUser.isRoot(), "only root can mount");
    EngineFolder folder = folder();
    Path source = Files.createDirectories(top.resolve("source"));
    Path kept = Files.writeString(source.resolve("kept"), "kept");
    Path outer = Files.createDirectories(folder.file("outer"));
    mount(source, outer);
    Path inner = Files.createDirectories(outer.resolve("inner"));
    mount(source, inner);

    folder.close();

    assertThat(folder.path()).doesNotExist();
    assertThat(kept).hasContent("kept");
  }

  private void mount(Path source, Path at) throws IOException {
    var unused =
        TimedCommand.run(List.of("mount", "--bind", source.toString(), at.toString()), soon);
  }

  @Test
  void groupsHaveTheNameOfThePath() throws Exception {
    EngineFolder folder = folder();
    assertThat(folder.group()).endsWith("-engine").doesNotContain("/").doesNotStartWith("-");
    folder.close();
  }
}
