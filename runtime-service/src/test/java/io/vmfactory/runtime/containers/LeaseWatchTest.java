package io.vmfactory.runtime.containers;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Tests when a suspended VM is looked for. Time passes as the test says. */
class LeaseWatchTest {
  private record Task(Instant at, Runnable run) {}

  private final Deque<Task> waiting = new ArrayDeque<>();
  private Instant now = Instant.EPOCH;
  private Optional<Instant> end = Optional.of(Instant.EPOCH.plusSeconds(90));
  private boolean silent;
  private int looks;

  private final LeaseWatch watch =
      new LeaseWatch(() -> now, (in, task) -> waiting.add(new Task(now.plus(in), task)));

  private void begin() {
    watch.begin(
        deadline -> {
          looks++;
          if (silent) {
            throw new IllegalStateException("no daemon");
          }
          return end;
        });
  }

  private Duration passToNextLook() {
    Task next = waiting.remove();
    Duration passed = Duration.between(now, next.at());
    now = next.at();
    next.run().run();
    return passed;
  }

  @Test
  void looksAtTheEndOfTheLeaseAndOnceAMinute() {
    begin();
    assertThat(passToNextLook()).isZero();
    assertThat(passToNextLook()).isEqualTo(LeaseWatch.LOOK_AGAIN);
    assertThat(passToNextLook()).isEqualTo(Duration.ofSeconds(30).plus(LeaseWatch.GRACE));
    assertThat(passToNextLook()).isEqualTo(LeaseWatch.GRACE); // the daemon has not deleted it yet
    end = Optional.empty();
    passToNextLook();
    assertThat(waiting).isEmpty();
    assertThat(looks).isEqualTo(5);
  }

  @Test
  void aRenewedLeaseIsWatchedOn() {
    end = Optional.of(now.plusSeconds(5));
    begin();
    passToNextLook();
    end = Optional.of(now.plusSeconds(20));
    assertThat(passToNextLook()).isEqualTo(Duration.ofSeconds(5).plus(LeaseWatch.GRACE));
    assertThat(passToNextLook()).isEqualTo(Duration.ofSeconds(15));
  }

  @Test
  void aDaemonThatDoesNotRunEndsNothing() {
    begin();
    passToNextLook();
    silent = true;
    now = now.plusSeconds(200);
    passToNextLook();
    assertThat(passToNextLook()).isEqualTo(LeaseWatch.LOOK_AGAIN);
    silent = false;
    end = Optional.empty();
    passToNextLook();
    assertThat(waiting).isEmpty();
  }
}
