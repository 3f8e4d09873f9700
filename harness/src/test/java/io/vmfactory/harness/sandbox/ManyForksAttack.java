package io.vmfactory.harness.sandbox;

import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Forks a sandbox as often at once as one request may ask for. */
@Tag("qemu")
@Timeout(value = 30, unit = TimeUnit.MINUTES)
final class ManyForksAttack {
  @Test
  void allAreDistinctAndShareOneMemoryAndNothingIsLeft() throws IOException {
    try (ManyForks forks = ManyForks.start()) {
      forks.compare(32);
    }
  }
}
