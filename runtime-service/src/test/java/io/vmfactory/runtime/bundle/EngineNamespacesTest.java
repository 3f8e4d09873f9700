package io.vmfactory.runtime.bundle;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vmfactory.client.sandbox.SandboxException;
import io.vmfactory.guest.oci.OciSpec;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EngineNamespacesTest {
  private static final List<String> ALL = List.of("mount", "pid", "ipc", "network", "uts");

  private static OciSpec with(Stream<String> types) {
    String namespaces =
        types.map(it -> "{\"type\":\"" + it + "\"}").collect(Collectors.joining(","));
    String json =
        """
        {"ociVersion": "1.0.2", "process": {"args": ["a"], "cwd": "/"}, "root": {"path": "r"},
         "linux": {"namespaces": [%s]}}
        """
            .formatted(namespaces);
    return OciSpec.parse(json.getBytes(UTF_8));
  }

  @Test
  void ownNamespacesAreRight() {
    assertThatCode(() -> EngineNamespaces.require(with(ALL.stream()))).doesNotThrowAnyException();
  }

  @ParameterizedTest
  @ValueSource(strings = {"pid", "ipc"})
  void thoseOfTheHostAreRefused(String type) {
    OciSpec spec = with(ALL.stream().filter(it -> !it.equals(type)));
    assertThatThrownBy(() -> EngineNamespaces.require(spec))
        .isInstanceOf(SandboxException.class)
        .hasMessageStartingWith("linux.namespaces: \"" + type + "\"");
  }
}
