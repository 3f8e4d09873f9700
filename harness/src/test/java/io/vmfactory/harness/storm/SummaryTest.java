package io.vmfactory.harness.storm;

import static org.assertj.core.api.Assertions.assertThat;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.harness.storm.Operation.Kind;
import io.vmfactory.harness.storm.Operation.Outcome;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class SummaryTest {
  private final History history = new History();

  private void add(Kind kind, Outcome outcome, String detail) {
    history.begin("tester", kind, Deadline.after(Duration.ofSeconds(1))).end(outcome, detail);
  }

  @Test
  void showsWhatConcernsAComplaint() {
    add(Kind.GET, Outcome.OK, "WARM");
    Deadline soon = Deadline.after(Duration.ofSeconds(1));
    history.begin("tester", Kind.FORK, soon).vm("abc").end(Outcome.REFUSED, "no");
    add(Kind.KILL_DAEMON, Outcome.OK, "");

    assertThat(Summary.concerned(history.all(), List.of())).isEmpty();
    assertThat(Summary.concerned(history.all(), List.of("a rule: vm abc")))
        .satisfiesExactly(
            first -> assertThat(first).contains("FORK REFUSED vm abc"),
            second -> assertThat(second).contains("KILL_DAEMON"));
  }

  @Test
  void countsEndingsByKindAndTellsRestarts() {
    add(Kind.GET, Outcome.OK, "WARM");
    add(Kind.GET, Outcome.OK, "WARM");
    add(Kind.GET, Outcome.OK, "COLD no template");
    add(Kind.GET, Outcome.UNKNOWN, "DEADLINE too late");
    add(Kind.RENEW, Outcome.OK, "");
    add(Kind.KILL_DAEMON, Outcome.OK, "ready after 900 ms");

    assertThat(Summary.lines(history.all()))
        .containsExactly(
            "  GET             {OK COLD=1, OK WARM=2, UNKNOWN DEADLINE=1}",
            "  RENEW           {OK=1}",
            "  KILL_DAEMON     {OK=1}",
            "  KILL_DAEMON: ready after 900 ms");
  }
}
