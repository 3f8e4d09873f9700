package io.vmfactory.factory.calls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class WorkersTest {
  private final Workers workers = new Workers("test", 2);

  @AfterEach
  void close() {
    workers.close();
  }

  @Test
  void atMostSoManyTasksRunAtOnceAndAllOfThemInTheEnd() throws Exception {
    AtomicInteger running = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    CountDownLatch done = new CountDownLatch(200);
    for (int i = 0; i < 200; i++) {
      workers.execute(
          () -> {
            most.accumulateAndGet(running.incrementAndGet(), Math::max);
            Thread.yield();
            running.decrementAndGet();
            done.countDown();
          });
    }
    assertThat(done.await(20, TimeUnit.SECONDS)).isTrue();
    assertThat(most.get()).isBetween(1, 2);
  }

  @Test
  void aTaskThatFailsCostsNoPlace() throws Exception {
    for (int i = 0; i < 4; i++) {
      workers.execute(
          () -> {
            Thread.currentThread().setUncaughtExceptionHandler((thread, failure) -> {});
            throw new IllegalStateException("wanted");
          });
    }
    CompletableFuture.runAsync(() -> {}, workers).get(20, TimeUnit.SECONDS);
  }

  @Test
  void whatWaitsWhenItIsClosedIsForgotten() throws Exception {
    CountDownLatch begun = new CountDownLatch(2);
    CountDownLatch interrupted = new CountDownLatch(2);
    AtomicInteger late = new AtomicInteger();
    for (int i = 0; i < 2; i++) {
      workers.execute(
          () -> {
            begun.countDown();
            try {
              new CountDownLatch(1).await();
            } catch (InterruptedException e) {
              interrupted.countDown();
            }
          });
    }
    assertThat(begun.await(20, TimeUnit.SECONDS)).isTrue();
    workers.execute(late::incrementAndGet);
    workers.close();
    assertThat(interrupted.await(20, TimeUnit.SECONDS)).isTrue();
    assertThat(late).hasValue(0);
    assertThatThrownBy(() -> workers.execute(() -> {}))
        .isInstanceOf(RejectedExecutionException.class);
  }
}
