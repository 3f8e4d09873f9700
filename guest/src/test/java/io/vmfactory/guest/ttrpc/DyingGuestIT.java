package io.vmfactory.guest.ttrpc;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vmfactory.guest.GuestAgent;
import io.vmfactory.guest.GuestException;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A guest that dies during a call. */
@Tag("qemu")
@Timeout(300)
final class DyingGuestIT {
  @Test
  void whatWaitsFailsWhenTheMachineDies(@TempDir Path dir) {
    RealGuest guest = new RealGuest(dir);
    CompletableFuture<String> waiting;
    GuestAgent agent = guest.agent();
    try {
      agent.awaitServing(RealGuest.soon());
      waiting = agent.sandbox().nextOom().toCompletableFuture();
    } finally {
      guest.kill();
    }
    assertThatThrownBy(waiting::join)
        .isInstanceOf(CompletionException.class)
        .cause()
        .isInstanceOf(GuestException.class);
    agent.close();
    guest.close();
  }
}
