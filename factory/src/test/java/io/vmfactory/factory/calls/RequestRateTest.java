package io.vmfactory.factory.calls;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

final class RequestRateTest {
  private static final Duration NOW = Duration.ZERO;

  /** Such a clock may begin anywhere; here it soon overflows. */
  private final AtomicLong clock = new AtomicLong(Long.MAX_VALUE - 1_500_000_000);

  private final RequestRate rate = new RequestRate(4, clock::get);

  private void pass(int millis) {
    clock.addAndGet(millis * 1_000_000L);
  }

  @Test
  void aUserMakesAsManyAtOnceAndThenOneAfterTheOther() {
    for (int i = 0; i < 4; i++) {
      assertThat(rate.take(7)).isEqualTo(NOW);
    }
    assertThat(rate.take(7)).isEqualTo(Duration.ofMillis(250));
    assertThat(rate.take(8)).as("another user").isEqualTo(NOW);
    pass(200);
    assertThat(rate.take(7)).as("a refused one does not count").isEqualTo(Duration.ofMillis(50));
    for (int i = 0; i < 10; i++) {
      pass(250);
      assertThat(rate.take(7)).isEqualTo(NOW);
      assertThat(rate.take(7)).isGreaterThan(NOW);
    }
  }

  @Test
  void aUserThatHasWaitedHasNoMoreThanASecondsRequests() {
    rate.take(7);
    pass(60_000);
    for (int i = 0; i < 4; i++) {
      assertThat(rate.take(7)).isEqualTo(NOW);
    }
    assertThat(rate.take(7)).isGreaterThan(NOW);
  }

  @Test
  void usersThatHaveAllBackAreForgottenAndOthersAreNot() {
    for (int i = 0; i < 4; i++) {
      rate.take(7);
    }
    for (int uid = 1000; uid < 2000; uid++) {
      rate.take(uid);
    }
    assertThat(rate.take(7)).isGreaterThan(NOW);
  }

  @Test
  void withoutALimitNoRequestIsTooEarly() {
    RequestRate free = new RequestRate(0, clock::get);
    for (int i = 0; i < 10_000; i++) {
      assertThat(free.take(7)).isEqualTo(NOW);
    }
  }

  @Test
  void everyRateIsKept() {
    for (int perSecond : new int[] {1, 3, 1000, 1_000_000}) {
      RequestRate other = new RequestRate(perSecond, clock::get);
      int taken = 0;
      for (int i = 0; i < perSecond + 1; i++) {
        taken += other.take(7).isZero() ? 1 : 0;
      }
      assertThat(taken).isEqualTo(perSecond);
    }
  }
}
