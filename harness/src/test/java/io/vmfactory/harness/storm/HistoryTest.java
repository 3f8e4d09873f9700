package io.vmfactory.harness.storm;

import static org.assertj.core.api.Assertions.assertThat;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.harness.storm.History.Entry;
import io.vmfactory.harness.storm.Operation.Kind;
import io.vmfactory.harness.storm.Operation.Outcome;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

class HistoryTest {
  private static final Duration LIMIT = Duration.ofSeconds(3);

  private final History history = new History();

  private Entry begin(Kind kind) {
    return history.begin("tester", kind, Deadline.after(LIMIT));
  }

  @Test
  void whatHappenedIsWrittenDownWhenItEnds() {
    Entry entry = begin(Kind.RENEW).vm("a").lease("l", Duration.ofSeconds(9));
    assertThat(history.all()).isEmpty();
    Operation ended = entry.end(Outcome.REFUSED, "no such lease");

    assertThat(history.all()).containsExactly(ended);
    assertThat(ended.vm()).isEqualTo("a");
    assertThat(ended.lease()).isEqualTo("l");
    assertThat(ended.ttl()).isEqualTo(Duration.ofSeconds(9));
    assertThat(ended.start()).isLessThanOrEqualTo(ended.end());
    assertThat(ended.allowed() - ended.start()).isLessThanOrEqualTo(LIMIT.toNanos());
    assertThat(ended.toString()).contains("tester RENEW REFUSED vm a lease l", "no such lease");
  }

  @Test
  void anEffectBeginsWithItsCause() {
    Operation cause = begin(Kind.GET).end(Outcome.OK, "");
    assertThat(begin(Kind.VANISH).since(cause).end(Outcome.OK, "").start())
        .isEqualTo(cause.start());
  }

  @Test
  void momentsComeWithTheOperationsThatBegin() {
    begin(Kind.GET);
    CompletionStage<Void> second = history.whenBegun(2);
    CompletionStage<Void> third = history.whenBegun(3);
    assertThat(history.whenBegun(1).toCompletableFuture()).isDone();
    begin(Kind.GET);

    assertThat(second.toCompletableFuture()).isDone();
    assertThat(third.toCompletableFuture()).isNotDone();
    assertThat(history.begun()).isEqualTo(2);
  }
}
