package io.vmfactory.vmm.qmp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.linux.StreamSockets;
import io.vmfactory.vmm.VmmException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Commands that are sent after or during the closing of a connection: none waits in vain. */
class LateCommandsTest {
  private static final int CALLERS = 3;

  private final StreamSockets sockets = new StreamSockets();
  private final QmpClient client = new QmpClient(sockets);
  private Path path;
  private FakeQmpServer server;

  @BeforeEach
  void listen(@TempDir Path temp) throws Exception {
    path = temp.resolve("qmp.sock");
    server = new FakeQmpServer(path); // Never answers: connections wait in its queue.
  }

  @AfterEach
  void close() throws Exception {
    server.close();
    sockets.close();
  }

  private static Deadline soon() {
    return Deadline.after(Duration.ofSeconds(20));
  }

  private static void assertEnds(QmpSession session) {
    assertThatThrownBy(() -> session.execute(QmpCommand.cont(), soon()))
        .isInstanceOf(VmmException.class);
    assertThatThrownBy(() -> soon().await(session.greeted(), "the greeting"))
        .isInstanceOf(VmmException.class);
  }

  /**
   * Lets several threads send commands while {@code close} runs, and waits until each has failed.
   */
  private void assertAllEnd(QmpSession session, Runnable close) throws Exception {
    CountDownLatch underWay = new CountDownLatch(CALLERS);
    CompletableFuture<?>[] callers = new CompletableFuture<?>[CALLERS];
    for (int i = 0; i < CALLERS; i++) {
      callers[i] =
          CompletableFuture.runAsync(
              () -> {
                underWay.countDown();
                for (int n = 0; n < 3; n++) {
                  assertThat(catchThrowable(() -> session.execute(QmpCommand.cont(), soon())))
                      .isInstanceOf(VmmException.class);
                }
              });
    }
    assertThat(underWay.await(20, TimeUnit.SECONDS)).isTrue();
    close.run();
    Deadline.after(Duration.ofSeconds(30)).await(CompletableFuture.allOf(callers), "the callers");
    assertEnds(session);
  }

  @RepeatedTest(50)
  void everyCommandSentWhileTheSessionClosesFails() throws Exception {
    QmpSession session = client.connect(path, event -> {});
    assertAllEnd(session, session::close);
  }

  @RepeatedTest(50)
  void everyCommandSentWhileTheMonitorHangsUpFails() throws Exception {
    QmpSession session = client.connect(path, event -> {});
    server.accept();
    assertAllEnd(session, this::hangUp);
  }

  private void hangUp() {
    try {
      server.hangUp();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @RepeatedTest(50)
  void everyCommandSentWhileTheClientClosesFails() throws Exception {
    QmpSession session = client.connect(path, event -> {});
    assertAllEnd(session, sockets::close);
  }

  @RepeatedTest(50)
  void everyCommandSentWhileTheEventLoopsEndFails() throws Exception {
    QmpSession session = client.connect(path, event -> {});
    assertAllEnd(session, () -> sockets.close());
    session.close();
  }

  @Test
  void aConnectionOfAClosedClientFails() {
    sockets.close();
    assertEnds(client.connect(path, event -> {}));
  }

  @Test
  void aConnectionWhoseEventLoopsHaveEndedFails() {
    QmpSession before = client.connect(path, event -> {});
    sockets.close();
    assertEnds(client.connect(path, event -> {}));
    assertEnds(before);
  }
}
