package io.vmfactory.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests a client whose process is killed. */
final class KilledClientTest {
  private static final int KILLED = 37;

  /** Opens a client and ends like a killed process, without running shutdown hooks. */
  static final class Victim {
    private Victim() {}

    public static void main(String[] socket) {
      FactoryClient.open(Path.of(socket[0])).leases();
      Runtime.getRuntime().halt(KILLED);
    }
  }

  @Test
  void leavesNoFilesBehind(@TempDir Path temporary) throws IOException, InterruptedException {
    Process victim =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Djava.io.tmpdir=" + temporary,
                "-classpath",
                System.getProperty("java.class.path"),
                Victim.class.getName(),
                "/nowhere.sock")
            .inheritIO()
            .start();

    assertThat(victim.waitFor()).isEqualTo(KILLED);
    assertThat(temporary).isEmptyDirectory();
  }
}
