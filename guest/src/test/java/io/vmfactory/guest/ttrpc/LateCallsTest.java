package io.vmfactory.guest.ttrpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.guest.GuestAgent;
import io.vmfactory.guest.GuestException;
import io.vmfactory.linux.StreamSockets;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
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

/** Calls that are made after or during the closing of a connection: none waits in vain. */
class LateCallsTest {
  private static final int CALLERS = 3;

  private final StreamSockets sockets = new StreamSockets();
  private final TtrpcAgents agents = new TtrpcAgents(sockets);
  private Path path;
  private ServerSocketChannel silent;

  @BeforeEach
  void listen(@TempDir Path temp) throws IOException {
    path = temp.resolve("agent.sock");
    silent = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    silent.bind(UnixDomainSocketAddress.of(path));
  }

  @AfterEach
  void close() throws IOException {
    silent.close();
    sockets.close();
  }

  private static Deadline soon() {
    return Deadline.after(Duration.ofSeconds(20));
  }

  /** Lets several threads make calls while {@code close} runs, and waits until each has failed. */
  private static void assertAllEnd(GuestAgent agent, Runnable close) throws Exception {
    CountDownLatch underWay = new CountDownLatch(CALLERS);
    CompletableFuture<?>[] callers = new CompletableFuture<?>[CALLERS];
    for (int i = 0; i < CALLERS; i++) {
      callers[i] =
          CompletableFuture.runAsync(
              () -> {
                underWay.countDown();
                for (int n = 0; n < 3; n++) {
                  assertThat(catchThrowable(() -> agent.details(soon())))
                      .isInstanceOf(GuestException.class);
                }
              });
    }
    assertThat(underWay.await(20, TimeUnit.SECONDS)).isTrue();
    close.run();
    Deadline.after(Duration.ofSeconds(30)).await(CompletableFuture.allOf(callers), "the callers");
  }

  @RepeatedTest(50)
  void everyCallMadeWhileTheConnectionClosesFails() throws Exception {
    GuestAgent agent = agents.connect(path, soon());
    assertAllEnd(agent, agent::close);
  }

  @RepeatedTest(50)
  void everyCallMadeWhileTheAgentHangsUpFails() throws Exception {
    GuestAgent agent = agents.connect(path, soon());
    SocketChannel other = silent.accept();
    assertAllEnd(agent, () -> hangUp(other));
  }

  private static void hangUp(SocketChannel channel) {
    try {
      channel.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @RepeatedTest(50)
  void everyCallMadeWhileTheEventLoopsEndFails() throws Exception {
    GuestAgent agent = agents.connect(path, soon());
    assertAllEnd(agent, () -> sockets.close());
  }

  @Test
  void aConnectionWhoseEventLoopsHaveEndedFails() {
    sockets.close();
    assertThatThrownBy(() -> agents.connect(path, soon())).isInstanceOf(GuestException.class);
  }
}
