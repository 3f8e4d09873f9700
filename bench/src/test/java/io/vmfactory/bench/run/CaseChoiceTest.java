package io.vmfactory.bench.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vmfactory.bench.cases.Bench;
import io.vmfactory.bench.cases.BenchCase;
import io.vmfactory.bench.cases.Scale;
import io.vmfactory.bench.report.CaseSettings;
import io.vmfactory.bench.report.Recorder;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class CaseChoiceTest {
  private final BenchCase plain = new NamedCase("plain", "");
  private final BenchCase demanding = new NamedCase("demanding", "no podman; install it");
  private final CaseChoice choice = new CaseChoice(List.of(plain, demanding));
  private final StringWriter err = new StringWriter();

  private record NamedCase(String name, String missing) implements BenchCase {
    @Override
    public String summary() {
      return "";
    }

    @Override
    public CaseSettings control(Scale scale) {
      return CaseSettings.of(1, 0, Duration.ofSeconds(1));
    }

    @Override
    public void run(Bench bench, CaseSettings control, Recorder out) {}
  }

  @Test
  void whatTheHostCannotRunIsLeftOutWithTheReason() {
    assertThat(choice.possible(new PrintWriter(err))).containsExactly(plain);
    assertThat(err).hasToString("case demanding is left out: no podman; install it\n");
  }

  @Test
  void aNamedCaseThatTheHostCannotRunIsRefused() throws Exception {
    assertThat(choice.named(List.of("plain"))).containsExactly(plain);
    assertThatThrownBy(() -> choice.named(List.of("plain", "demanding")))
        .isInstanceOf(IOException.class)
        .hasMessage("case demanding cannot run here: no podman; install it");
  }
}
