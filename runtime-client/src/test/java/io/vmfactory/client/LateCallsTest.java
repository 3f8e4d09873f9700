package io.vmfactory.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.vertx.core.Vertx;
import io.vmfactory.api.v1.FactoryGrpcService;
import io.vmfactory.api.v1.GetConfigResponse;
import io.vmfactory.client.FactoryException.Code;
import io.vmfactory.configs.time.Deadline;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests calls on a closed client and calls while it closes: none may wait for its deadline. */
final class LateCallsTest {
  private static final int CALLERS = 4;

  private final Vertx vertx = Vertx.vertx();
  private Path socket;
  private FakeDaemon daemon;

  @BeforeEach
  void start(@TempDir Path dir) {
    socket = dir.resolve("factory.sock");
    daemon = new FakeDaemon(socket);
    daemon.answer(FactoryGrpcService.GetConfig, GetConfigResponse.getDefaultInstance());
    daemon.serve(FactoryGrpcService.WatchEvents, (request, call) -> call.response().writeHead());
    daemon.serve(FactoryGrpcService.GetStatus, (request, call) -> {});
  }

  @AfterEach
  void stop() {
    daemon.close();
    EventLoops.close(vertx);
  }

  private FactoryClient open(boolean ownLoops) {
    return ownLoops ? FactoryClient.open(socket) : FactoryClient.open(vertx, socket);
  }

  private static Deadline soon() {
    return Deadline.after(Duration.ofSeconds(20));
  }

  private static void assertEnded(Throwable failure) {
    assertThat(failure).isInstanceOf(FactoryException.class);
    assertThat(((FactoryException) failure).code()).isNotEqualTo(Code.DEADLINE);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aCallOnAClosedClientFails(boolean ownLoops) {
    FactoryClient client = open(ownLoops);
    client.daemon().config(soon());
    client.close();
    assertEnded(catchThrowable(() -> client.daemon().config(soon())));
    assertEnded(catchThrowable(() -> client.daemon().watch(event -> {}, soon())));
  }

  @RepeatedTest(40)
  void everyCallMadeWhileAClientWithLoopsOfItsOwnClosesEnds() throws Exception {
    everyCallEnds(true);
  }

  @RepeatedTest(40)
  void everyCallMadeWhileAClientOnSharedLoopsClosesEnds() throws Exception {
    everyCallEnds(false);
  }

  private void everyCallEnds(boolean ownLoops) throws Exception {
    FactoryClient client = open(ownLoops);
    CountDownLatch underWay = new CountDownLatch(CALLERS);
    CompletableFuture<?>[] callers = new CompletableFuture<?>[CALLERS];
    for (int i = 0; i < CALLERS; i++) {
      int number = i;
      callers[i] = CompletableFuture.runAsync(() -> callUntilClosed(client, number, underWay));
    }
    assertThat(underWay.await(20, TimeUnit.SECONDS)).isTrue();
    client.close();
    soon().await(CompletableFuture.allOf(callers), "every caller to end");
  }

  /**
   * Calls until the client is closed. Three in four callers end their calls; the others end with
   * the client.
   */
  private static void callUntilClosed(FactoryClient client, int number, CountDownLatch underWay) {
    underWay.countDown();
    Throwable failure = null;
    while (failure == null) {
      failure = catchThrowable(() -> call(client, number));
    }
    assertEnded(failure);
  }

  private static void call(FactoryClient client, int number) {
    switch (number) {
      case 0 -> client.daemon().status(false, soon());
      case 1 -> client.daemon().watch(event -> {}, soon());
      default -> client.daemon().config(soon());
    }
  }
}
