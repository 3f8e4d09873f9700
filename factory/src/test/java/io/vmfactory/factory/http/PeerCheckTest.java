package io.vmfactory.factory.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.vmfactory.factory.grpc.ServedSkin;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Tests which peers are admitted. The modes of socket and folder are opened, so that the check
 * behind them is reached. Only root can act as other users.
 */
class PeerCheckTest {
  private static final String NOBODY = "65534";

  private static String curl(ServedSkin served, String... prefix)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(prefix));
    command.addAll(
        List.of("curl", "-s", "-o", "/dev/null", "-w", "%{http_code}", "--max-time", "20"));
    command.addAll(
        List.of("--unix-socket", served.config.socket().toString(), "http://localhost/v1/status"));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String code = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    process.waitFor();
    return code;
  }

  private static void openToAll(ServedSkin served) throws IOException {
    assumeTrue((int) Files.getAttribute(Path.of("/proc/self"), "unix:uid") == 0);
    var all = PosixFilePermissions.fromString("rwxrwxrwx");
    Files.setPosixFilePermissions(served.config.socket(), all);
    Files.setPosixFilePermissions(served.config.runDir(), all);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void theOwnUserIsLetInAndOthersAreNot(boolean nativeTransport) throws Exception {
    try (ServedSkin served = new ServedSkin(nativeTransport, "")) {
      assertThat(curl(served)).isEqualTo("200");
      openToAll(served);
      assertThat(curl(served, "setpriv", "--reuid", NOBODY, "--regid", NOBODY, "--clear-groups"))
          .isEqualTo("000");
    }
  }

  @Test
  void theConfiguredGroupIsLetIn() throws Exception {
    try (ServedSkin served = new ServedSkin(true, "nogroup")) {
      assertThat(Files.getPosixFilePermissions(served.config.socket()))
          .isEqualTo(PosixFilePermissions.fromString("rw-rw----"));
      openToAll(served);
      assertThat(curl(served, "setpriv", "--reuid", NOBODY, "--regid", NOBODY, "--clear-groups"))
          .isEqualTo("200");
      assertThat(curl(served, "setpriv", "--reuid", NOBODY, "--regid", "1", "--groups", NOBODY))
          .isEqualTo("200");
      assertThat(curl(served, "setpriv", "--reuid", NOBODY, "--regid", "1", "--clear-groups"))
          .isEqualTo("000");
    }
  }

  /** The JDK's transport knows names only, which do not tell whose a lease is. */
  @Test
  void theConfiguredGroupNeedsTheNativeTransport() throws Exception {
    try (ServedSkin served = new ServedSkin(false, "nogroup")) {
      openToAll(served);
      assertThat(curl(served, "setpriv", "--reuid", NOBODY, "--regid", NOBODY, "--clear-groups"))
          .isEqualTo("000");
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void theSocketIsItsOwnersOnly(boolean nativeTransport) throws Exception {
    try (ServedSkin served = new ServedSkin(nativeTransport, "")) {
      assertThat(Files.getPosixFilePermissions(served.config.socket()))
          .isEqualTo(PosixFilePermissions.fromString("rw-------"));
      assertThat(served.config.runDir().resolve(".bind")).doesNotExist();
    }
  }
}
