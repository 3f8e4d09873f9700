package io.vmfactory.vmm.qemu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.vmm.VmmException;
import io.vmfactory.vmm.VmmException.Reason;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.RepeatedTest;

/** Waits for events that a dead process can never send. */
class QemuEventsTest {
  private final QemuEvents events = new QemuEvents();

  @RepeatedTest(100)
  void everyWaitFailsThatBeginsWhileTheProcessDies() throws Exception {
    CountDownLatch underWay = new CountDownLatch(20);
    CompletableFuture<List<CompletableFuture<?>>> waits =
        CompletableFuture.supplyAsync(() -> begin(underWay));
    assertThat(underWay.await(20, TimeUnit.SECONDS)).isTrue();
    events.died(new VmmException(Reason.DIED, "QEMU ended"));
    Deadline deadline = Deadline.after(Duration.ofSeconds(20));
    for (CompletableFuture<?> wait : deadline.await(waits, "the waits to begin")) {
      assertThatThrownBy(() -> deadline.await(wait, "an event")).isInstanceOf(VmmException.class);
    }
  }

  private List<CompletableFuture<?>> begin(CountDownLatch underWay) {
    List<CompletableFuture<?>> waits = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      waits.add(events.plugged("dimm" + i));
      waits.add(events.unplugged("drive" + i));
      waits.add(events.jobEnded("format" + i));
      underWay.countDown();
    }
    return waits;
  }
}
