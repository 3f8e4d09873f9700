package io.vmfactory.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.vmfactory.api.v1.CreateTemplateProgress;
import io.vmfactory.api.v1.Template;
import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;

class BuildProgressTest {
  @Test
  void withoutATerminalEachStepThatIsDoneHasALine() {
    StringWriter out = new StringWriter();
    try (BuildProgress progress = new BuildProgress(new PrintWriter(out), false)) {
      progress.accept(step(1, "boot", false, 0, ""));
      progress.accept(step(1, "boot", true, 1_502_000, ""));
      progress.accept(step(2, "quiesce", true, 40_000, "zeroed 120 MiB"));
      progress.accept(
          CreateTemplateProgress.newBuilder().setTemplate(Template.getDefaultInstance()).build());
    }

    assertThat(out.toString().lines())
        .containsExactly("[1/2] boot: 1.50 s", "[2/2] quiesce: 40.0 ms (zeroed 120 MiB)");
  }

  private static CreateTemplateProgress step(
      int index, String name, boolean done, int micros, String detail) {
    return CreateTemplateProgress.newBuilder()
        .setIndex(index)
        .setCount(2)
        .setStep(name)
        .setDone(done)
        .setMicros(micros)
        .setDetail(detail)
        .build();
  }
}
