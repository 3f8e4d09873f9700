package io.vmfactory.harness.sandbox;

import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Forks a sandbox eight times at once. {@code ManyForksAttack} does it as often as possible. */
@Tag("qemu")
@Timeout(value = 10, unit = TimeUnit.MINUTES)
final class ManyForksIT {
  @Test
  void allAreDistinctAndShareOneMemoryAndNothingIsLeft() throws IOException {
    try (ManyForks forks = ManyForks.start()) {
      forks.compare(8);
    }
  }
}
