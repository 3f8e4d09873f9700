package io.vmfactory.harness.storm;

import static org.assertj.core.api.Assertions.assertThat;

import io.vmfactory.harness.Programs;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Runs a short storm, in which each fate of the daemon occurs once. {@code ./dev test storm} runs
 * long ones.
 */
@Tag("qemu")
class StormIT {
  private static final int CYCLES = 3;
  private static final long SEED = 4;

  @Test
  @Timeout(value = 15, unit = TimeUnit.MINUTES)
  void nothingIsLostLeakedOrLeasedTwice() throws Exception {
    var options = new Storm.Options(CYCLES, SEED, 3, 4);
    assertThat(Storm.run(Programs.vmfactory(), options, System.out::println).complaints())
        .isEmpty();
  }
}
