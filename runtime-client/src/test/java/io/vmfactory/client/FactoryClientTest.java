package io.vmfactory.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.rpc.Status;
import io.vertx.core.Vertx;
import io.vertx.grpc.common.GrpcError;
import io.vertx.grpc.common.GrpcStatus;
import io.vertx.grpc.server.GrpcServerRequest;
import io.vmfactory.api.v1.CreateTemplateProgress;
import io.vmfactory.api.v1.CreateTemplateRequest;
import io.vmfactory.api.v1.DeleteTemplateResponse;
import io.vmfactory.api.v1.DrainPoolResponse;
import io.vmfactory.api.v1.Event;
import io.vmfactory.api.v1.FactoryGrpcService;
import io.vmfactory.api.v1.GetBaseVmRequest;
import io.vmfactory.api.v1.GetBaseVmResponse;
import io.vmfactory.api.v1.GetConfigResponse;
import io.vmfactory.api.v1.GetStatusResponse;
import io.vmfactory.api.v1.ListTemplatesResponse;
import io.vmfactory.api.v1.Pool;
import io.vmfactory.api.v1.ResizePoolRequest;
import io.vmfactory.api.v1.ResizePoolResponse;
import io.vmfactory.api.v1.Route;
import io.vmfactory.api.v1.ShutdownResponse;
import io.vmfactory.api.v1.Template;
import io.vmfactory.client.FactoryException.Code;
import io.vmfactory.configs.time.CancelledException;
import io.vmfactory.configs.time.Deadline;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tests the client against a scripted daemon on a real socket. */
final class FactoryClientTest {
  private Path socket;
  private FakeDaemon daemon;
  private FactoryClient client;

  @BeforeEach
  void start(@TempDir Path dir) {
    socket = dir.resolve("factory.sock");
    daemon = new FakeDaemon(socket);
    client = FactoryClient.open(socket);
  }

  @AfterEach
  void stop() {
    client.close();
    daemon.close();
  }

  private static Deadline soon() {
    return Deadline.after(Duration.ofSeconds(30));
  }

  private static CreateTemplateProgress step(String name) {
    return CreateTemplateProgress.newBuilder().setStep(name).build();
  }

  @Test
  void asksForStatusWithWhatWasAskedFor() {
    daemon.serve(
        FactoryGrpcService.GetStatus,
        (request, call) ->
            call.response()
                .end(GetStatusResponse.newBuilder().setOn(request.getWithMemory()).build()));

    assertThat(client.daemon().status(true, soon()).getOn()).isTrue();
    assertThat(client.daemon().status(false, soon()).getOn()).isFalse();
  }

  @Test
  void hasACallForEveryWordOfTheWire() {
    daemon.answer(
        FactoryGrpcService.GetConfig, GetConfigResponse.newBuilder().setToml("[daemon]").build());
    daemon.answer(
        FactoryGrpcService.ListTemplates,
        ListTemplatesResponse.newBuilder().addTemplates(Template.newBuilder().setKey("k")).build());
    daemon.serve(
        FactoryGrpcService.DeleteTemplate,
        (request, call) ->
            call.response()
                .end(
                    DeleteTemplateResponse.newBuilder().setKey(request.getKey() + "full").build()));
    daemon.answer(
        FactoryGrpcService.GetBaseVm, GetBaseVmResponse.newBuilder().setRoute(Route.COLD).build());
    BlockingQueue<Boolean> kept = new LinkedBlockingQueue<>();
    daemon.serve(
        FactoryGrpcService.Shutdown,
        (request, call) -> {
          kept.add(request.getKeepVms());
          call.response().end(ShutdownResponse.getDefaultInstance());
        });

    assertThat(client.daemon().config(soon()).getToml()).isEqualTo("[daemon]");
    assertThat(client.templates().list(soon())).extracting(Template::getKey).containsExactly("k");
    assertThat(client.templates().delete("abc", soon())).isEqualTo("abcfull");
    assertThat(client.getBaseVm(GetBaseVmRequest.getDefaultInstance(), soon()).getRoute())
        .isEqualTo(Route.COLD);
    client.daemon().shutdown(true, soon());
    assertThat(kept).containsExactly(true);
  }

  @Test
  void poolsAreResizedAndDrained() {
    List<ResizePoolRequest> sizes = new ArrayList<>();
    Pool pool = Pool.newBuilder().setTarget(3).build();
    daemon.serve(
        FactoryGrpcService.ResizePool,
        (request, call) -> {
          sizes.add(request);
          call.response().end(ResizePoolResponse.newBuilder().addPools(pool).build());
        });
    daemon.answer(
        FactoryGrpcService.DrainPool, DrainPoolResponse.newBuilder().addPools(pool).build());

    assertThat(client.pools().resize(3, 0, soon())).containsExactly(pool);
    assertThat(sizes).hasSize(1);
    assertThat(sizes.get(0).getWarm().getFixed()).isEqualTo(3);
    assertThat(sizes.get(0).getShells().hasFixed()).isTrue();
    assertThat(sizes.get(0).getTemplateKey()).isEmpty();
    assertThat(client.pools().drain(soon())).containsExactly(pool);
  }

  @Test
  void anAnswerOfManyVmsIsNotTooLarge() {
    daemon.answer(
        FactoryGrpcService.GetStatus,
        GetStatusResponse.newBuilder().setVersion("v".repeat(4 << 20)).build());

    assertThat(client.daemon().status(false, soon()).getVersion()).hasSize(4 << 20);
  }

  @Test
  void tellsTheDaemonHowMuchTimeTheCallHas() {
    BlockingQueue<Long> timeouts = new LinkedBlockingQueue<>();
    daemon.serve(
        FactoryGrpcService.GetStatus,
        (request, call) -> {
          timeouts.add(call.timeout());
          call.response().end(GetStatusResponse.getDefaultInstance());
        });

    client.daemon().status(false, Deadline.after(Duration.ofSeconds(20)));

    assertThat(timeouts.remove()).isBetween(1L, 20_000L);
  }

  @Test
  void anErrorComesWithItsWordsReasonAndAdvice() {
    Status details = FakeDaemon.details("no room: 3 of 3 VMs, wait + retry", "VM_LIMIT", 7);
    daemon.serve(
        FactoryGrpcService.GetStatus,
        (request, call) ->
            FakeDaemon.refuse(call, GrpcStatus.RESOURCE_EXHAUSTED, details.getMessage(), details));

    assertThatExceptionOfType(FactoryException.class)
        .isThrownBy(() -> client.daemon().status(false, soon()))
        .withMessage("no room: 3 of 3 VMs, wait + retry")
        .matches(e -> e.code() == Code.EXHAUSTED)
        .matches(e -> e.reason().equals("VM_LIMIT"))
        .matches(e -> e.retryAfter().orElseThrow().equals(Duration.ofSeconds(7)));
  }

  @Test
  void anErrorWithoutDetailsKeepsItsWords() {
    daemon.serve(
        FactoryGrpcService.GetStatus,
        (request, call) ->
            call.response()
                .status(GrpcStatus.INTERNAL)
                .statusMessage("100 % kaputt: größer + schöner")
                .end());

    assertThatExceptionOfType(FactoryException.class)
        .isThrownBy(() -> client.daemon().status(false, soon()))
        .withMessage("100 % kaputt: größer + schöner")
        .matches(e -> e.code() == Code.FAILED && e.reason().isEmpty())
        .matches(e -> e.retryAfter().isEmpty());
  }

  @ParameterizedTest
  @CsvSource({
    "INVALID_ARGUMENT,INVALID",
    "NOT_FOUND,NOT_FOUND",
    "ALREADY_EXISTS,ALREADY_EXISTS",
    "FAILED_PRECONDITION,NOT_POSSIBLE",
    "RESOURCE_EXHAUSTED,EXHAUSTED",
    "DEADLINE_EXCEEDED,DEADLINE",
    "UNAVAILABLE,UNAVAILABLE",
    "PERMISSION_DENIED,FORBIDDEN",
    "UNKNOWN,FAILED",
    "INTERNAL,FAILED"
  })
  void everyCodeOfTheWireHasAName(GrpcStatus status, Code code) {
    daemon.serve(
        FactoryGrpcService.GetStatus, (request, call) -> call.response().status(status).end());

    assertThatExceptionOfType(FactoryException.class)
        .isThrownBy(() -> client.daemon().status(false, soon()))
        .withMessageContaining(status.name())
        .matches(e -> e.code() == code);
  }

  @Test
  void aCallTheDaemonDoesNotKnowIsUnsupported() {
    assertThatExceptionOfType(FactoryException.class)
        .isThrownBy(() -> client.daemon().config(soon()))
        .matches(e -> e.code() == Code.UNSUPPORTED);
  }

  @Test
  void noSocketMeansTheDaemonIsNotRunning() {
    Path nowhere = socket.resolveSibling("nowhere.sock");
    try (FactoryClient lonely = FactoryClient.open(nowhere)) {
      assertThatExceptionOfType(FactoryException.class)
          .isThrownBy(() -> lonely.daemon().status(false, soon()))
          .withMessageContaining("not running")
          .withMessageContaining(nowhere.toString())
          .matches(e -> e.code() == Code.NOT_RUNNING);
    }
  }

  @Test
  void aSocketWithoutAListenerMeansTheDaemonIsNotRunning() throws IOException {
    Path stale = Files.createFile(socket.resolveSibling("stale.sock"));
    try (FactoryClient lonely = FactoryClient.open(stale)) {
      assertThatExceptionOfType(FactoryException.class)
          .isThrownBy(() -> lonely.daemon().status(false, soon()))
          .withMessageContaining("no process listens on " + stale)
          .matches(e -> e.code() == Code.NOT_RUNNING);
    }
  }

  @Test
  void aDaemonThatHangsIsNotWaitedForBeyondTheDeadlineAndLearnsThatTheCallIsOver()
      throws InterruptedException {
    daemon.serve(FactoryGrpcService.GetStatus, (request, call) -> {});

    assertThatExceptionOfType(FactoryException.class)
        .isThrownBy(() -> client.daemon().status(false, Deadline.after(Duration.ofMillis(500))))
        .withMessageContaining("GetStatus")
        .matches(e -> e.code() == Code.DEADLINE);
    assertThat(daemon.awaitCancelled()).isEqualTo(GrpcError.CANCELLED);
  }

  @Test
  void aCallThatTheDaemonCutsOffWhenItsTimeIsOverRanOutOfTime() {
    daemon.serve(
        FactoryGrpcService.GetStatus,
        (request, call) ->
            Vertx.currentContext()
                .owner()
                .setTimer(call.timeout(), fired -> call.response().cancel()));

    assertThatExceptionOfType(FactoryException.class)
        .isThrownBy(() -> client.daemon().status(false, Deadline.after(Duration.ofMillis(30))))
        .matches(e -> e.code() == Code.DEADLINE);
  }

  @Test
  void anInterruptedCallIsCalledOffInTheDaemonToo() throws InterruptedException {
    CountDownLatch arrived = new CountDownLatch(1);
    daemon.serve(FactoryGrpcService.GetStatus, (request, call) -> arrived.countDown());
    AtomicReference<Throwable> thrown = new AtomicReference<>();
    Thread caller = new Thread(() -> client.daemon().status(false, soon()));
    caller.setUncaughtExceptionHandler((t, e) -> thrown.set(e));
    caller.start();
    arrived.await();

    caller.interrupt();

    assertThat(daemon.awaitCancelled()).isEqualTo(GrpcError.CANCELLED);
    caller.join();
    assertThat(thrown.get()).isInstanceOf(CancelledException.class);
  }

  @Test
  void aConnectionLostBeforeTheAnswerIsSaidAsSuch() {
    daemon.serve(FactoryGrpcService.GetStatus, (request, call) -> call.connection().close());

    assertThatExceptionOfType(FactoryException.class)
        .isThrownBy(() -> client.daemon().status(false, soon()))
        .withMessageContaining("was lost")
        .withMessageContaining(socket.toString())
        .matches(e -> e.code() == Code.UNAVAILABLE);
  }

  @Test
  void aDaemonThatIsStartedAgainIsFoundAgain() {
    daemon.answer(FactoryGrpcService.GetStatus, GetStatusResponse.getDefaultInstance());
    client.daemon().status(false, soon());

    daemon.close();
    // Calls may fail until the client has noticed the end of its connection.
    Code code = failure();
    while (code == Code.UNAVAILABLE) {
      code = failure();
    }
    assertThat(code).isEqualTo(Code.NOT_RUNNING);

    daemon = new FakeDaemon(socket);
    daemon.answer(FactoryGrpcService.GetStatus, GetStatusResponse.getDefaultInstance());
    assertThat(client.daemon().status(false, soon())).isNotNull();
  }

  private Code failure() {
    return assertThatExceptionOfType(FactoryException.class)
        .isThrownBy(() -> client.daemon().status(false, soon()))
        .actual()
        .code();
  }

  @Test
  void tellsEachStepOfABuildAndReturnsTheTemplate() {
    daemon.serve(
        FactoryGrpcService.CreateTemplate,
        (request, call) -> {
          call.response().write(step("boot"));
          call.response().write(step("save"));
          call.response()
              .end(
                  step("publish").toBuilder()
                      .setTemplate(Template.newBuilder().setKey("abc"))
                      .build());
        });
    List<String> steps = new ArrayList<>();

    Template built =
        client
            .templates()
            .create(
                CreateTemplateRequest.getDefaultInstance(), p -> steps.add(p.getStep()), soon());

    assertThat(built.getKey()).isEqualTo("abc");
    assertThat(steps).containsExactly("boot", "save", "publish");
  }

  @Test
  void aBuildThatFailsHalfWaySaysWhy() {
    Status details = FakeDaemon.details("guest did not answer", "GUEST", 0);
    daemon.serve(
        FactoryGrpcService.CreateTemplate,
        (request, call) -> {
          call.response().write(step("boot"));
          FakeDaemon.refuse(call, GrpcStatus.INTERNAL, details.getMessage(), details);
        });

    assertThatExceptionOfType(FactoryException.class)
        .isThrownBy(this::create)
        .withMessage("guest did not answer")
        .matches(e -> e.code() == Code.FAILED && e.reason().equals("GUEST"));
  }

  @Test
  void aConnectionLostInTheMiddleOfABuildIsSaidAsSuch() {
    daemon.serve(
        FactoryGrpcService.CreateTemplate,
        (request, call) ->
            call.response().write(step("boot")).onComplete(done -> call.connection().close()));

    assertThatExceptionOfType(FactoryException.class)
        .isThrownBy(this::create)
        .matches(e -> e.code() == Code.UNAVAILABLE);
  }

  @Test
  void aListenerThatThrowsEndsTheBuild() throws InterruptedException {
    daemon.serve(
        FactoryGrpcService.CreateTemplate, (request, call) -> call.response().write(step("boot")));

    assertThatThrownBy(
            () ->
                client
                    .templates()
                    .create(
                        CreateTemplateRequest.getDefaultInstance(),
                        p -> {
                          throw new IllegalStateException("terminal gone");
                        },
                        soon()))
        .hasMessage("terminal gone");
    assertThat(daemon.awaitCancelled()).isEqualTo(GrpcError.CANCELLED);
  }

  @Test
  void aBuildThatEndsWithoutAWordIsAFailure() {
    daemon.serve(FactoryGrpcService.CreateTemplate, (request, call) -> call.response().end());

    assertThatThrownBy(this::create).hasMessageContaining("without an answer");
  }

  private Template create() {
    return client.templates().create(CreateTemplateRequest.getDefaultInstance(), p -> {}, soon());
  }

  @Test
  void aWatchStandsWhenItIsReturnedAndTellsEventsUntilItIsClosed() throws Exception {
    AtomicReference<GrpcServerRequest<?, Event>> watcher = new AtomicReference<>();
    daemon.serve(
        FactoryGrpcService.WatchEvents,
        (request, call) -> {
          watcher.set(call);
          call.response().writeHead();
        });
    BlockingQueue<Event> seen = new LinkedBlockingQueue<>();

    EventWatch watch = client.daemon().watch(seen::add, soon());
    watcher.get().response().write(Event.newBuilder().setSeq(1).build());
    watcher.get().response().write(Event.newBuilder().setSeq(2).build());

    assertThat(seen.take().getSeq()).isEqualTo(1);
    assertThat(seen.take().getSeq()).isEqualTo(2);
    watch.close();
    assertThat(daemon.awaitCancelled()).isEqualTo(GrpcError.CANCELLED);
    assertThatThrownBy(() -> watch.ended().toCompletableFuture().join())
        .hasRootCauseInstanceOf(FactoryException.class);
  }

  @Test
  void aWatchEndsWithTheDaemon() {
    daemon.serve(
        FactoryGrpcService.WatchEvents,
        (request, call) -> {
          call.response().writeHead();
          call.response().end();
        });

    EventWatch watch = client.daemon().watch(event -> {}, soon());

    soon().await(watch.ended(), "the end");
  }

  @Test
  void aWatchThatIsRefusedNeverStands() {
    daemon.serve(
        FactoryGrpcService.WatchEvents,
        (request, call) ->
            call.response().status(GrpcStatus.UNAVAILABLE).statusMessage("shutting down").end());

    assertThatExceptionOfType(FactoryException.class)
        .isThrownBy(() -> client.daemon().watch(event -> {}, soon()))
        .withMessage("shutting down")
        .matches(e -> e.code() == Code.UNAVAILABLE);
  }

  @Test
  void closingTheClientFailsTheCallsUnderWay() throws Exception {
    CountDownLatch arrived = new CountDownLatch(1);
    daemon.serve(FactoryGrpcService.GetStatus, (request, call) -> arrived.countDown());
    var call = CompletableFuture.supplyAsync(() -> client.daemon().status(false, soon()));
    arrived.await();

    client.close();

    assertThatThrownBy(call::join).hasCauseInstanceOf(FactoryException.class);
  }

  @Test
  void leavesTheCallersEventLoopsAlone() {
    Vertx mine = Vertx.vertx();
    daemon.answer(FactoryGrpcService.GetStatus, GetStatusResponse.getDefaultInstance());

    try (FactoryClient guest = FactoryClient.open(mine, socket)) {
      guest.daemon().status(false, soon());
    }

    assertThat(soon().await(mine.timer(1).toCompletionStage(), "a timer")).isNull();
    EventLoops.close(mine);
  }

  @Test
  void aSocketThatAnotherUserCouldHaveMadeIsNotSpokenTo() throws IOException {
    Files.setPosixFilePermissions(socket.getParent(), PosixFilePermissions.fromString("rwxrwxrwx"));
    assertThatThrownBy(() -> client.daemon().status(false, Deadline.after(Duration.ofSeconds(30))))
        .isInstanceOfSatisfying(
            FactoryException.class, e -> assertThat(e.code()).isEqualTo(Code.FORBIDDEN))
        .hasMessageContaining("another user may have made " + socket);
  }
}
