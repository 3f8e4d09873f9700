package io.vmfactory.bench.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vmfactory.configs.time.Deadline;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class AttemptTest {
  private static final Duration LONG = Duration.ofMinutes(1);

  @Test
  void whatComesOfItIsReturned() {
    assertThat(new Attempt<>("work", () -> 7).await(Deadline.after(LONG))).isEqualTo(7);
  }

  @Test
  void aCheckedFailureIsTheCause() {
    Attempt<Object> fails =
        new Attempt<>(
            "work",
            () -> {
              throw new IOException("no");
            });

    assertThatThrownBy(() -> fails.await(Deadline.after(LONG))).hasRootCauseMessage("no");
  }

  @Test
  void anInterruptedAttemptReportsWhereItWas() throws InterruptedException {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch never = new CountDownLatch(1);
    Attempt<Object> waits =
        new Attempt<>(
            "work",
            () -> {
              begun.countDown();
              never.await();
              return "not reached";
            });
    Thread stopper =
        new Thread(
            () -> {
              try {
                begun.await();
              } catch (InterruptedException e) {
                throw new AssertionError(e);
              }
              waits.interrupt();
            });
    stopper.start();

    assertThatThrownBy(() -> waits.await(Deadline.after(LONG)))
        .hasRootCauseInstanceOf(InterruptedException.class);
    stopper.join();
  }
}
