package io.vmfactory.runtime.containers;

import static org.assertj.core.api.Assertions.assertThat;

import io.vmfactory.client.sandbox.ContainerShape;
import io.vmfactory.client.sandbox.WaitingContainer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TemplateFitTest {
  private static final ContainerShape WANTED =
      new ContainerShape(Map.of("image", "1", "process.user.uid", "2"));

  private static TemplateUse use(String... changing) {
    return new TemplateUse(WANTED, List.of(changing), "");
  }

  private static WaitingContainer waiting(String id, Map<String, String> parts) {
    return new WaitingContainer(id, new ContainerShape(parts));
  }

  @Test
  void theOneThatIsEqualIsUsed() {
    TemplateFit fit =
        TemplateFit.of(
            List.of(waiting("a", Map.of("image", "1")), waiting("b", WANTED.parts())), use());
    assertThat(fit).isEqualTo(new TemplateFit("b", ""));
  }

  @Test
  void theReasonIsThatOfTheNearest() {
    TemplateFit fit =
        TemplateFit.of(List.of(waiting("a", Map.of()), waiting("b", Map.of("image", "1"))), use());
    assertThat(fit.container()).isNull();
    assertThat(fit.reason()).isEqualTo("its container differs: process.user.uid");
  }

  @Test
  void manyDifferencesAreCounted() {
    Map<String, String> parts = new HashMap<>(WANTED.parts());
    for (int i = 0; i < 11; i++) {
      parts.put("p%02d".formatted(i), "x");
    }
    assertThat(TemplateFit.of(List.of(waiting("a", parts)), use()).reason())
        .isEqualTo("its container differs: p00, p01, p02, p03, p04, p05, p06, p07 and 3 more");
  }

  @Test
  void aTemplateWithoutSuchAContainer() {
    assertThat(TemplateFit.of(List.of(), use()).reason())
        .isEqualTo("it has no container whose program can be chosen");
  }

  @Test
  void mountsThatFollowTheHostExcludeIt() {
    TemplateFit fit = TemplateFit.of(List.of(waiting("a", WANTED.parts())), use("/run/secrets"));
    assertThat(fit.container()).isNull();
    assertThat(fit.reason()).isEqualTo("mounts[/run/secrets]: their content follows the host's");
  }
}
