package io.vmfactory.runtime.bundle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vmfactory.client.sandbox.SandboxException;
import io.vmfactory.client.sandbox.SandboxException.Reason;
import io.vmfactory.client.sandbox.SandboxSpec;
import io.vmfactory.guest.oci.OciSpec;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EngineTemplateTest {
  private static final String NAME = "io.vmfactory.template";

  private static OciSpec spec(String name, String value) {
    String json =
        """
        {"ociVersion": "1.0.2", "root": {"path": "rootfs"}, "annotations": {"%s": "%s"},
         "process": {"args": ["sh"], "cwd": "/", "user": {"uid": 0, "gid": 0}}}
        """;
    return OciSpec.parse(json.formatted(name, value).getBytes(StandardCharsets.UTF_8));
  }

  private static EngineTemplate named(String value) {
    return EngineTemplate.of(spec(NAME, value), "");
  }

  @Test
  void withoutANameItIsTheBase() {
    EngineTemplate base = EngineTemplate.of(spec("io.podman.x", "y"), "");
    assertThat(base.isBase()).isTrue();
    assertThat(base.annotations()).isEmpty();
    SandboxSpec pod = SandboxSpec.defaults().withSharedPids(true);
    assertThat(base.isUsed()).isFalse();
    assertThat(base.applyTo(pod, "one")).isEqualTo(pod);
    OciSpec spec = spec("a", "b").withHostname("one");
    assertThat(base.applyTo(spec)).isEqualTo(spec);
  }

  @ParameterizedTest
  @ValueSource(strings = {"python", "python:3", "a.b_c-d:1234567890", "0"})
  void namesAndVersions(String value) {
    EngineTemplate template = named(value);
    assertThat(template.annotations()).isEqualTo(Map.of(NAME, value));
    assertThat(template.applyTo(SandboxSpec.defaults().withSharedPids(true), "one"))
        .isEqualTo(SandboxSpec.defaults().withTemplate(value).withHostname("one"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"Python", "python:", "python:0", "python:x", "../x", " ", "a:1:2", "a/b"})
  void otherTextIsRefusedByItsPath(String value) {
    assertThatThrownBy(() -> named(value))
        .isInstanceOfSatisfying(
            SandboxException.class, e -> assertThat(e.reason()).isEqualTo(Reason.INVALID))
        .hasMessageStartingWith("annotations[\"io.vmfactory.template\"]: ");
  }

  @Test
  void theNameUnderWhichItIsStored() {
    EngineTemplate template = EngineTemplate.of(spec(NAME + ".store", "python"), "");
    assertThat(template.store()).isEqualTo("python");
    assertThat(template.isBase()).isTrue();
    assertThat(template.isUsed()).isTrue();
    assertThat(template.applyTo(SandboxSpec.defaults(), "one"))
        .isEqualTo(SandboxSpec.defaults().withHostname("one"));
    assertThat(template.applyTo(spec("a", "b").withHostname("one")).hostname()).isEmpty();
    assertThatThrownBy(() -> EngineTemplate.of(spec(NAME + ".store", "python:3"), ""))
        .hasMessageStartingWith("annotations[\"io.vmfactory.template.store\"]: \"python:3\"");
    assertThatThrownBy(() -> template.joining("web", Map.of()))
        .hasMessageContaining("shares the VM of web");
    assertThatThrownBy(() -> template.requireNotStored("no"))
        .isInstanceOf(SandboxException.class)
        .hasMessageStartingWith("annotations[\"io.vmfactory.template.store\"]: no; ");
  }

  @Test
  void theEnginesOwnIsThatOfContainersThatNameNone() {
    assertThat(EngineTemplate.of(spec("a", "b"), "python").name()).isEqualTo("python");
    assertThat(EngineTemplate.of(spec(NAME, "other"), "python").name()).isEqualTo("other");
    assertThatThrownBy(() -> EngineTemplate.of(spec("a", "b"), "No"))
        .hasMessageStartingWith("--template: \"No\"");
  }

  @Test
  void aMistypedAnnotationIsRefused() {
    assertThatThrownBy(() -> EngineTemplate.of(spec("io.vmfactory.templates", "a"), ""))
        .hasMessageStartingWith("annotations[\"io.vmfactory.templates\"]: ");
  }

  @Test
  void aContainerThatSharesAVmCanNameItsTemplateOnly() {
    Map<String, String> host = named("python").annotations();
    assertThat(named("python").joining("web", host).annotations()).isEqualTo(host);
    assertThat(EngineTemplate.of(spec("a", "b"), "").joining("web", host).annotations())
        .isEqualTo(host);
    assertThat(EngineTemplate.of(spec("a", "b"), "engines").joining("web", Map.of()).isBase())
        .isTrue();
    assertThatThrownBy(() -> named("other").joining("web", host))
        .isInstanceOf(SandboxException.class)
        .hasMessageContaining("web, which is a clone of \"python\"");
    assertThatThrownBy(() -> named("other").joining("web", Map.of()))
        .hasMessageContaining("web, which is a clone of the base");
  }

  @Test
  void aTemplateThatCannotBeUsedIsRefusedByItsPath() {
    SandboxException empty = new SandboxException(Reason.UNSUPPORTED, "it has no sandbox");
    assertThat(named("python").worded(empty))
        .hasMessage("annotations[\"io.vmfactory.template\"]: it has no sandbox");
    SandboxException full = new SandboxException(Reason.NO_ROOM, "full");
    assertThat(named("python").worded(full)).isSameAs(full);
    assertThat(EngineTemplate.of(spec("a", "b"), "").worded(empty)).isSameAs(empty);
  }
}
