package io.vmfactory.factory.boot;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What systemd says about the shipped units, where it is installed. */
@Timeout(60)
class UnitFileTest {
  private static final Path TOOL = Path.of("/usr/bin/systemd-analyze");
  private static final Path CONFIGS = Path.of(System.getProperty("vmfactory.top"), "configs");
  private static final String DAEMON = "vmfactory.service";
  private static final String SERVICE = "vmfactory-runtime.service";
  private static final String SOCKET = "vmfactory-runtime.socket";

  /** In tenths: from 0 (confined) to 100. */
  private static final int EXPOSURE = 60;

  @TempDir Path folder;

  @BeforeEach
  void copy() throws Exception {
    assumeTrue(Files.isExecutable(TOOL), "systemd is not installed");
    for (String unit : List.of(DAEMON, SERVICE, SOCKET)) {
      String text = Files.readString(CONFIGS.resolve(unit));
      assertThat(text).contains("/opt/vmfactory/");
      Files.writeString(
          folder.resolve(unit), text.replace("/opt/vmfactory/vmfactory", "/bin/true"));
    }
  }

  private record Said(int code, List<String> lines) {}

  private Said analyze(String... arguments) throws Exception {
    List<String> line = new ArrayList<>(List.of(TOOL.toString()));
    line.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(line).redirectErrorStream(true);
    builder.environment().put("SYSTEMD_UNIT_PATH", folder + ":"); // beside the system's own units
    Process process = builder.start();
    process.getOutputStream().close();
    String text = new String(process.getInputStream().readAllBytes(), UTF_8);
    return new Said(process.waitFor(), text.lines().toList());
  }

  @Test
  void theUnitsAreValid() throws Exception {
    for (String unit : List.of(DAEMON, SERVICE, SOCKET)) {
      Said said = analyze("verify", "--man=no", folder.resolve(unit).toString());
      assertThat(said.lines())
          .filteredOn(line -> line.contains("vmfactory"))
          // Older versions of systemd do not know this key, and ignore it as intended.
          .allMatch(line -> line.contains("Unknown key 'DelegateSubgroup'"));
    }
  }

  @Test
  void aUnitThatIsNotValidIsNoticed() throws Exception {
    Path unit = folder.resolve(DAEMON);
    Files.writeString(unit, Files.readString(unit).replace("Type=", "Tipe="));
    assertThat(analyze("verify", "--man=no", unit.toString()).lines())
        .anyMatch(line -> line.contains("Tipe"));
  }

  @Test
  void theDaemonIsConfined() throws Exception {
    String unit = folder.resolve(DAEMON).toString();
    Said said = analyze("security", "--offline=true", "--threshold=" + EXPOSURE, unit);
    assertThat(said.code()).as(() -> String.join("\n", said.lines())).isZero();
    assertThat(analyze("security", "--offline=true", "--threshold=1", unit).code()).isNotZero();
  }
}
