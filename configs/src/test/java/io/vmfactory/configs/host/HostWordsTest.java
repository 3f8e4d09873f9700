package io.vmfactory.configs.host;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class HostWordsTest {
  @Test
  void theLastWordsOfTheProcessAreTheArguments() {
    byte[] line = "java\0-jar\0x.jar\0run\0\0gr\u00FC\0".getBytes(ISO_8859_1);
    assertThat(HostWords.arguments(line, "run", "", "gr\uFFFD"))
        .containsExactly("run", "", "gr\uDCFC");
    assertThat(HostWords.arguments(line)).isEmpty();
  }

  @Test
  void withoutTheLineOfTheProcessTheJvmsArgumentsCount() {
    assertThat(HostWords.arguments(new byte[0], "status")).containsExactly("status");
  }

  @Test
  void theCallersVariablesAreRestored() {
    byte[] block =
        ("A=1\0A=2\0W=\u00FF\0LC_ALL=C.UTF-8\0VMFACTORY_CALLER_LC_ALL=C\0MALLOC_ARENA_MAX=2\0"
                + "VMFACTORY_LAUNCHER=/v\0E=\0")
            .getBytes(ISO_8859_1);
    assertThat(HostWords.environment(block))
        .isEqualTo(
            Map.of("A", "1", "W", "\uDCFF", "LC_ALL", "C", "VMFACTORY_LAUNCHER", "/v", "E", ""));
  }

  @Test
  void withoutALauncherNothingIsChanged() {
    assertThat(HostWords.environment("LC_ALL=C.UTF-8\0".getBytes(ISO_8859_1)))
        .isEqualTo(Map.of("LC_ALL", "C.UTF-8"));
  }
}
