package io.vmfactory.pool;

import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** Tests what a policy refuses. */
class PoolPolicyTest {
  private static final Duration SECOND = Duration.ofSeconds(1);

  private static void refused(ThrowingCallable make, String naming) {
    assertThatIllegalArgumentException().isThrownBy(make).withMessageContaining(naming);
  }

  @Test
  void sizesMustMakeSense() {
    refused(() -> PoolSizing.fixed(-1), "sizing.count");
    refused(() -> PoolSizing.auto(-1, 2), "0 <= min");
    refused(() -> PoolSizing.auto(3, 2), "min <= max");
    refused(() -> new PoolSizing.Auto(0, 1, 1, SECOND), "probability");
    refused(() -> new PoolSizing.Auto(0, 1, 0, SECOND), "probability");
    refused(() -> new PoolSizing.Auto(0, 1, 0.5, Duration.ZERO), "memory");
  }

  @Test
  void timesMustMakeSense() {
    refused(() -> new Backoff(Duration.ZERO, SECOND), "backoff.first");
    refused(() -> new Backoff(SECOND, Duration.ofMillis(1)), "backoff.longest");
    refused(() -> new Upkeep(SECOND.negated(), SECOND, 0), "maxAge");
    refused(() -> new Upkeep(SECOND, SECOND.negated(), 0), "probeEvery");
    refused(() -> new Upkeep(SECOND, SECOND, 1), "spread");
  }

  @Test
  void atLeastOneAllocationMustBeAllowed() {
    refused(() -> PoolPolicy.of(PoolSizing.fixed(1)).withAllocationsAtOnce(0), "allocationsAtOnce");
  }
}
