package io.vmfactory.bench.engines;

import static org.assertj.core.api.Assertions.assertThat;

import io.vmfactory.bench.commands.TimedCommand;
import io.vmfactory.configs.time.Deadline;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EngineImageTest {
  @TempDir Path top;
  private final Deadline soon = Deadline.after(Duration.ofSeconds(60));

  private String print(String... command) throws Exception {
    return TimedCommand.run(List.of(command), soon).output();
  }

  @Test
  void theLayerHasTheTreeAndTheArchiveNamesItByItsDigest() throws Exception {
    Path tree = Files.createDirectories(top.resolve("tree/bin"));
    Files.writeString(tree.resolve("program"), "text");

    EngineImage image = EngineImage.of(tree.getParent(), top, soon);

    assertThat(print("tar", "-tf", image.layer().toString())).contains("./bin/program");
    String digest = print("sha256sum", image.layer().toString()).substring(0, 64);
    assertThat(print("tar", "-xOf", image.archive().toString(), "./config.json"))
        .contains("sha256:" + digest + "\"");
    assertThat(print("tar", "-xOf", image.archive().toString(), "./manifest.json"))
        .contains(EngineImage.NAME, "layer.tar");
  }
}
