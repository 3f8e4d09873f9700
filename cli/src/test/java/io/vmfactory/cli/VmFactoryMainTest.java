package io.vmfactory.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

class VmFactoryMainTest {
  @TempDir Path dir;

  /** A separate program, because loggers are configured once per process. */
  static final class Noise {
    public static void main(String[] args) {
      VmFactoryMain.quietLibraries(args);
      LoggerFactory.getLogger("io.vertx.core.net.impl.ConnectionBase").error("Broken pipe");
    }
  }

  private String noiseOf(String command) throws IOException, InterruptedException {
    Path err = dir.resolve(command);
    List<String> words = new ArrayList<>();
    words.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    words.addAll(List.of("-cp", System.getProperty("java.class.path")));
    words.addAll(List.of(Noise.class.getName(), command));
    Process process =
        new ProcessBuilder(words).redirectErrorStream(true).redirectOutput(err.toFile()).start();
    assertThat(process.waitFor()).isZero();
    return Files.readString(err);
  }

  @Test
  void librariesAreQuietExceptInTheDaemon() throws Exception {
    assertThat(noiseOf("demo")).isEmpty();
    assertThat(noiseOf("serve")).contains("Broken pipe");
  }
}
