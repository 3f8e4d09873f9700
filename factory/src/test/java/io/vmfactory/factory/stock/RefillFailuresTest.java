package io.vmfactory.factory.stock;

import static org.assertj.core.api.Assertions.assertThat;

import io.vmfactory.configs.time.CancelledException;
import io.vmfactory.factory.observe.Observer.Tier;
import io.vmfactory.pool.PoolException;
import io.vmfactory.pool.PoolFailure;
import io.vmfactory.pool.SteppedClock;
import io.vmfactory.template.TemplateKey;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;

final class RefillFailuresTest {
  private static final TemplateKey KEY = new TemplateKey("ab".repeat(32));

  private final List<String> told = new ArrayList<>();
  private final SteppedClock clock = new SteppedClock();
  private final RefillFailures complaints = new RefillFailures(KEY, Tier.WARM, new Told(), clock);

  private final class Told implements StockListener {
    @Override
    public void filled(TemplateKey template, Tier tier) {
      told.add("filled");
    }

    @Override
    public void failing(TemplateKey template, Tier tier, Throwable cause) {
      told.add("failing: " + cause.getMessage());
    }

    @Override
    public void healed(TemplateKey template, Tier tier) {
      told.add("healed");
    }

    @Override
    public void failed(String what, String vmId, Throwable cause) {
      told.add(what + ": " + cause.getMessage());
    }
  }

  private static PoolException refused(PoolException.Reason reason) {
    return new PoolException(reason, reason.name(), null);
  }

  @Test
  void aRunOfFailuresIsReportedOnceHoweverLong() {
    for (int i = 0; i < 100; i++) {
      complaints.notMade(new CompletionException(new IllegalStateException("no " + i)));
      clock.slip(RefillFailures.SILENCE);
    }
    assertThat(told)
        .containsExactly("failing: no 0", "refilling the warm VMs of template abababababab: no 0");
    complaints.made();
    complaints.made();
    assertThat(told).hasSize(3).endsWith("healed");
  }

  @Test
  void afterASilenceAnotherRunBegins() {
    complaints.tell(PoolFailure.Kind.DIED, "v", new IllegalStateException("one"));
    complaints.tell(PoolFailure.Kind.PROBE, "v", new IllegalStateException("another kind"));
    complaints.tell(PoolFailure.Kind.DIED, "v", new IllegalStateException("the same run"));
    clock.slip(RefillFailures.SILENCE.plus(Duration.ofNanos(1)));
    complaints.tell(PoolFailure.Kind.DIED, "v", new IllegalStateException("the next"));
    assertThat(told)
        .extracting(words -> words.substring(words.lastIndexOf(": ") + 2))
        .containsExactly("one", "another kind", "the next");
  }

  @Test
  void callingOffIsNoFailureButAShellThatNeverComesIs() {
    complaints.notMade(new CancelledException("shutdown", null));
    complaints.notMade(refused(PoolException.Reason.DRAINING));
    complaints.notMade(refused(PoolException.Reason.CLOSED));
    complaints.notMade(new StockWorkers.NoTurnException(new IllegalStateException("busy")));
    assertThat(told).isEmpty();
    complaints.notMade(refused(PoolException.Reason.DEADLINE));
    assertThat(told).hasSize(2);
  }
}
