package io.vmfactory.factory.boot;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests daemons that cannot start. */
@Tag("qemu")
class DaemonStartIT {
  @TempDir Path folder;

  @Test
  void anErrorEndsTheDaemonAndIsSaid() throws Exception {
    Path config = folder.resolve("c.toml");
    Files.writeString(
        config, "[daemon]\nstate_dir = \"%1$s/state\"\nrun_dir = \"%1$s/run\"\n".formatted(folder));
    Process daemon =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin/java").toString(),
                "-Djna.noclasspath=true",
                "-Djna.nosys=true",
                "-cp",
                System.getProperty(
                    "surefire.test.class.path", System.getProperty("java.class.path")),
                DaemonMain.class.getName(),
                config.toString())
            .redirectErrorStream(true)
            .start();
    try {
      assertThat(daemon.waitFor(60, TimeUnit.SECONDS)).isTrue();
      String output = new String(daemon.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(output)
          .contains("vmfactory: the daemon failed: Unable to locate JNA native support library")
          .doesNotContain("vmfactory: the daemon failed: java.");
      assertThat(daemon.exitValue()).isEqualTo(1);
      assertThat(folder.resolve("run/factory.lock")).doesNotExist();
    } finally {
      daemon.destroyForcibly();
    }
  }
}
