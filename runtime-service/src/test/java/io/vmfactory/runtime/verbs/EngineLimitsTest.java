package io.vmfactory.runtime.verbs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vmfactory.client.sandbox.SandboxException;
import io.vmfactory.guest.oci.ResourceLimits;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EngineLimitsTest {
  private static ResourceLimits parse(String json) {
    return EngineLimits.parse(json.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void readsWhatCanBeChanged() {
    assertThat(
            parse(
                "{\"memory\":{\"limit\":67108864},\"cpu\":{\"quota\":-1,\"period\":100000,"
                    + "\"shares\":512},\"pids\":{\"limit\":9}}"))
        .isEqualTo(new ResourceLimits(67108864L, -1L, 100000L, 512L, 9L));
  }

  @Test
  void whatIsZeroOrAbsentStaysAsItIs() {
    ResourceLimits unchanged = new ResourceLimits(null, null, null, null, null);
    assertThat(parse("{}")).isEqualTo(unchanged);
    assertThat(parse("{\"memory\":null,\"cpu\":{\"shares\":0},\"devices\":[]}"))
        .isEqualTo(unchanged);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "[]",
        "1",
        "{",
        "{}{}",
        "{} x",
        "{\"memory\":{\"limit\":\"1\"}}",
        "{\"pids\":{\"limit\":1.5}}"
      })
  void refusesWhatIsNoLimit(String json) {
    assertThatThrownBy(() -> parse(json))
        .isInstanceOf(SandboxException.class)
        .hasMessageStartingWith("resources");
  }
}
