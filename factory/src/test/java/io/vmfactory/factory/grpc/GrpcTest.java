package io.vmfactory.factory.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.ErrorInfo;
import com.google.rpc.RetryInfo;
import com.google.rpc.Status;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.grpc.client.GrpcClient;
import io.vertx.grpc.client.GrpcClientRequest;
import io.vertx.grpc.client.GrpcClientResponse;
import io.vertx.grpc.common.GrpcStatus;
import io.vertx.grpc.common.ServiceMethod;
import io.vmfactory.api.v1.CreateTemplateProgress;
import io.vmfactory.api.v1.CreateTemplateRequest;
import io.vmfactory.api.v1.Event;
import io.vmfactory.api.v1.FactoryGrpcClient;
import io.vmfactory.api.v1.ForkVmRequest;
import io.vmfactory.api.v1.ForkVmResponse;
import io.vmfactory.api.v1.GetVmRequest;
import io.vmfactory.api.v1.GetVmResponse;
import io.vmfactory.api.v1.WatchEventsRequest;
import io.vmfactory.configs.time.CancelledException;
import io.vmfactory.factory.request.RequestException;
import io.vmfactory.guest.GuestException;
import io.vmfactory.template.TemplateException;
import io.vmfactory.vmm.VmmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Tests what a gRPC client sees. The client is that of Vert.x. */
class GrpcTest {

  private final ServedSkin served = new ServedSkin();
  private final GrpcClient client = served.client();

  @AfterEach
  void stop() {
    served.close();
  }

  /** How a call ended, and all replies before its end. */
  private record Ending<P>(GrpcStatus status, String message, Status details, List<P> replies) {}

  private <Q, P> GrpcClientRequest<Q, P> request(ServiceMethod<P, Q> method) {
    return ServedSkin.await(client.request(served.address(), method));
  }

  private <Q, P> Ending<P> call(ServiceMethod<P, Q> method, Q message) {
    GrpcClientRequest<Q, P> request = request(method);
    return ServedSkin.await(ServedSkin.send(request, message, GrpcTest::ending));
  }

  /**
   * Collects the replies. Call this on the event loop when the response comes, or it misses the
   * end.
   */
  private static <Q, P> Future<Ending<P>> ending(GrpcClientResponse<Q, P> response) {
    List<P> replies = new ArrayList<>();
    Promise<Void> ended = Promise.promise();
    response.handler(replies::add);
    response.endHandler(v -> ended.tryComplete());
    response.exceptionHandler(ended::tryFail);
    return ended.future().map(v -> ending(response, replies));
  }

  private static <P> Ending<P> ending(GrpcClientResponse<?, P> response, List<P> replies) {
    String details = response.trailers().get("grpc-status-details-bin");
    details = details == null ? response.headers().get("grpc-status-details-bin") : details;
    try {
      byte[] bytes = details == null ? new byte[0] : Base64.getDecoder().decode(details);
      Status status = Status.parseFrom(bytes);
      return new Ending<>(response.status(), response.statusMessage(), status, replies);
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void aUnaryCallIsAnswered() throws Exception {
    var ending =
        call(FactoryGrpcClient.GetVm, GetVmRequest.newBuilder().setVcpus(2).setOwner("me").build());
    assertThat(ending.status()).isEqualTo(GrpcStatus.OK);
    GetVmResponse reply = ending.replies().get(0);
    assertThat(reply.getVm().getId()).isEqualTo(Samples.VM);
    assertThat(reply.getVm().getEndpoints().getAgent())
        .isEqualTo("unix:///run/vmfactory/vm/" + Samples.VM + "/agent.sock");
    assertThat(reply.getVm().getEndpoints().getQmp()).isEmpty();
    assertThat(reply.getLease().getTtl().getSeconds()).isEqualTo(300);
    assertThat(reply.getHops(0).getMicros()).isEqualTo(12000);
    assertThat(served.cases.seen.get(0).vcpus()).isEqualTo(2);
    assertThat(served.cases.seen.get(0).memoryMib()).isNull();
  }

  static Stream<Arguments> failures() {
    return Stream.of(
        Arguments.of(refusal(RequestException.Reason.INVALID), 3, "INVALID"),
        Arguments.of(refusal(RequestException.Reason.NOT_FOUND), 5, "NOT_FOUND"),
        Arguments.of(refusal(RequestException.Reason.ALREADY_EXISTS), 6, "ALREADY_EXISTS"),
        Arguments.of(refusal(RequestException.Reason.NOT_POSSIBLE), 9, "NOT_POSSIBLE"),
        Arguments.of(refusal(RequestException.Reason.EXHAUSTED), 8, "EXHAUSTED"),
        Arguments.of(refusal(RequestException.Reason.SHUTTING_DOWN), 14, "SHUTTING_DOWN"),
        Arguments.of(template(TemplateException.Reason.NOT_FOUND), 5, "TEMPLATE_NOT_FOUND"),
        Arguments.of(template(TemplateException.Reason.REFUSED), 9, "TEMPLATE_REFUSED"),
        Arguments.of(template(TemplateException.Reason.INVALID), 9, "TEMPLATE_INVALID"),
        Arguments.of(template(TemplateException.Reason.RESOURCES), 8, "TEMPLATE_RESOURCES"),
        Arguments.of(template(TemplateException.Reason.FAILED), 13, "TEMPLATE_FAILED"),
        Arguments.of(vmm(VmmException.Reason.UNUSABLE), 9, "VMM_UNUSABLE"),
        Arguments.of(vmm(VmmException.Reason.INVALID), 9, "VMM_INVALID"),
        Arguments.of(vmm(VmmException.Reason.RESOURCES), 8, "VMM_RESOURCES"),
        Arguments.of(vmm(VmmException.Reason.ILLEGAL_PHASE), 13, "VMM_ILLEGAL_PHASE"),
        Arguments.of(vmm(VmmException.Reason.DIED), 13, "VMM_DIED"),
        Arguments.of(vmm(VmmException.Reason.FAILED), 13, "VMM_FAILED"),
        Arguments.of(new GuestException(14, MESSAGE, null), 13, "GUEST_FAILED"),
        Arguments.of(new CancelledException(MESSAGE, null), 1, "CANCELLED"),
        Arguments.of(new IllegalStateException(MESSAGE), 13, "INTERNAL"));
  }

  private static final String MESSAGE = "10 % of »räum\n1«; 2, 3: 4?";

  private static RequestException refusal(RequestException.Reason reason) {
    return new RequestException(reason, MESSAGE, Duration.ofSeconds(7));
  }

  private static TemplateException template(TemplateException.Reason reason) {
    return new TemplateException(reason, MESSAGE);
  }

  private static VmmException vmm(VmmException.Reason reason) {
    return new VmmException(reason, MESSAGE);
  }

  @ParameterizedTest
  @MethodSource("failures")
  void aFailureArrivesWithCodeMessageAndDetails(RuntimeException failure, int code, String reason)
      throws Exception {
    served.cases.getVm =
        (q, d) -> {
          throw failure;
        };
    var ending = call(FactoryGrpcClient.GetVm, GetVmRequest.getDefaultInstance());
    assertThat(ending.status().code).isEqualTo(code);
    assertThat(ending.message()).isEqualTo(MESSAGE);
    assertThat(ending.details().getCode()).isEqualTo(code);
    assertThat(ending.details().getMessage()).isEqualTo(MESSAGE);
    ErrorInfo info = ending.details().getDetails(0).unpack(ErrorInfo.class);
    assertThat(info.getReason()).isEqualTo(reason);
    assertThat(info.getDomain()).isEqualTo("vmfactory");
    List<Any> more =
        ending.details().getDetailsList().subList(1, ending.details().getDetailsCount());
    assertThat(more).hasSize(code == 8 ? 1 : 0);
    for (Any retry : more) {
      assertThat(retry.unpack(RetryInfo.class).getRetryDelay().getSeconds()).isPositive();
    }
  }

  @Test
  void anEndlessMessageIsCutInTheMiddle() throws Exception {
    served.cases.getVm =
        (q, d) -> {
          throw new IllegalStateException("ü".repeat(100_000) + "the end");
        };
    var ending = call(FactoryGrpcClient.GetVm, GetVmRequest.getDefaultInstance());
    assertThat(ending.message())
        .startsWith("üüü")
        .contains("…")
        .endsWith("üthe end")
        .hasSizeLessThan(1000);
  }

  @Test
  void theDeadlineReachesTheUseCaseAndIsSaidAsSuch() throws Exception {
    CompletableFuture<Duration> seen = new CompletableFuture<>();
    served.cases.getVm =
        (q, d) -> {
          seen.complete(d.remaining());
          return d.await(new CompletableFuture<>(), "the guest to wake");
        };
    // The client's own timer would cut off the call first, so this sends only the header.
    GrpcClientRequest<GetVmRequest, GetVmResponse> request = request(FactoryGrpcClient.GetVm);
    request.headers().set("grpc-timeout", "300m");
    var ending =
        ServedSkin.await(
            ServedSkin.send(request, GetVmRequest.getDefaultInstance(), GrpcTest::ending));
    assertThat(ending.status()).isEqualTo(GrpcStatus.DEADLINE_EXCEEDED);
    assertThat(ending.message()).contains("the guest to wake");
    assertThat(seen.get()).isLessThanOrEqualTo(Duration.ofMillis(300));
  }

  @Test
  void workThatKeepsNoDeadlineIsInterruptedAtIt() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch interrupted = new CountDownLatch(1);
    served.cases.getVm =
        (q, d) -> {
          throw Blocking.untilInterrupted(begun, interrupted);
        };
    GrpcClientRequest<GetVmRequest, GetVmResponse> request = request(FactoryGrpcClient.GetVm);
    request.headers().set("grpc-timeout", "100m");
    var ending =
        ServedSkin.await(
            ServedSkin.send(request, GetVmRequest.getDefaultInstance(), GrpcTest::ending));
    assertThat(ending.status()).isEqualTo(GrpcStatus.DEADLINE_EXCEEDED);
    assertThat(ending.message()).contains("GetVm");
    assertThat(interrupted.await(20, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void withoutADeadlineTheDefaultHolds() throws Exception {
    CompletableFuture<Duration> seen = new CompletableFuture<>();
    served.cases.getVm =
        (q, d) -> {
          seen.complete(d.remaining());
          return Samples.granted();
        };
    call(FactoryGrpcClient.GetVm, GetVmRequest.getDefaultInstance());
    assertThat(seen.get()).isBetween(ServedSkin.LONG.minusSeconds(20), ServedSkin.LONG);
  }

  @Test
  void cancellingStopsTheWork() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch interrupted = new CountDownLatch(1);
    served.cases.getVm =
        (q, d) -> {
          throw Blocking.untilInterrupted(begun, interrupted);
        };
    GrpcClientRequest<GetVmRequest, GetVmResponse> request = request(FactoryGrpcClient.GetVm);
    Future<?> unused = request.send(GetVmRequest.getDefaultInstance());
    assertThat(begun.await(20, TimeUnit.SECONDS)).isTrue();
    request.cancel();
    assertThat(interrupted.await(20, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void losingTheConnectionStopsTheWork() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch interrupted = new CountDownLatch(1);
    served.cases.getVm =
        (q, d) -> {
          throw Blocking.untilInterrupted(begun, interrupted);
        };
    GrpcClientRequest<GetVmRequest, GetVmResponse> request = request(FactoryGrpcClient.GetVm);
    Future<?> unused = request.send(GetVmRequest.getDefaultInstance());
    assertThat(begun.await(20, TimeUnit.SECONDS)).isTrue();
    ServedSkin.await(client.close());
    assertThat(interrupted.await(20, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void aVmMadeForAClientThatLeftIsReleased() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch interrupted = new CountDownLatch(1);
    CompletableFuture<String> released = new CompletableFuture<>();
    served.cases.getVm =
        (q, d) -> {
          RuntimeException unused = Blocking.untilInterrupted(begun, interrupted);
          return Samples.granted();
        };
    served.cases.releaseVm =
        (lease, d) -> {
          released.complete(lease.value());
          return Samples.VM;
        };
    GrpcClientRequest<GetVmRequest, GetVmResponse> request = request(FactoryGrpcClient.GetVm);
    Future<?> unused = request.send(GetVmRequest.getDefaultInstance());
    assertThat(begun.await(20, TimeUnit.SECONDS)).isTrue();
    request.cancel();
    assertThat(released.get(20, TimeUnit.SECONDS)).isEqualTo(Samples.LEASE);
  }

  @Test
  void allClonesMadeForAClientThatLeftAreReleased() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch interrupted = new CountDownLatch(1);
    CountDownLatch released = new CountDownLatch(3);
    served.cases.forkVm =
        (q, d) -> {
          RuntimeException unused = Blocking.untilInterrupted(begun, interrupted);
          return Samples.fork(q.count());
        };
    served.cases.releaseVm =
        (lease, d) -> {
          released.countDown();
          return Samples.VM;
        };
    GrpcClientRequest<ForkVmRequest, ForkVmResponse> request = request(FactoryGrpcClient.ForkVm);
    Future<?> unused = request.send(ForkVmRequest.newBuilder().setLeaseId("l").setCount(3).build());
    assertThat(begun.await(20, TimeUnit.SECONDS)).isTrue();
    request.cancel();
    assertThat(released.await(20, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void progressComesBeforeTheTemplate() throws Exception {
    served.cases.createTemplate =
        (q, d) -> {
          q.listener().began("boot", 1, 2);
          q.listener().ended("boot", 1, 2, Duration.ofMillis(5), "fine");
          return Samples.template();
        };
    var ending = call(FactoryGrpcClient.CreateTemplate, CreateTemplateRequest.getDefaultInstance());
    assertThat(ending.status()).isEqualTo(GrpcStatus.OK);
    assertThat(ending.replies())
        .extracting(CreateTemplateProgress::getStep)
        .containsExactly("boot", "boot", "");
    assertThat(ending.replies().get(1).getMicros()).isEqualTo(5000);
    assertThat(ending.replies().get(2).getTemplate().getKey()).isEqualTo(Samples.KEY);
    assertThat(ending.replies().get(2).getTemplate().getIsDefault()).isTrue();
  }

  @Test
  void aFailedBuildEndsTheStreamWithItsReason() throws Exception {
    served.cases.createTemplate =
        (q, d) -> {
          q.listener().began("boot", 1, 2);
          throw template(TemplateException.Reason.FAILED);
        };
    var ending = call(FactoryGrpcClient.CreateTemplate, CreateTemplateRequest.getDefaultInstance());
    assertThat(ending.status()).isEqualTo(GrpcStatus.INTERNAL);
    assertThat(ending.replies()).hasSize(1);
    assertThat(ending.details().getMessage()).isEqualTo(MESSAGE);
  }

  @Test
  void eventsReachAWatcherFromTheMomentItIsHeard() throws Exception {
    LinkedBlockingQueue<Event> events = new LinkedBlockingQueue<>();
    GrpcClientRequest<WatchEventsRequest, Event> request = request(FactoryGrpcClient.WatchEvents);
    ServedSkin.await(
        ServedSkin.send(
            request,
            WatchEventsRequest.getDefaultInstance(),
            response -> Future.succeededFuture(response.handler(events::add))));
    served.cases.emit(41, "a");
    served.cases.emit(42, "b");
    assertThat(events.poll(20, TimeUnit.SECONDS).getSeq()).isEqualTo(41);
    Event second = events.poll(20, TimeUnit.SECONDS);
    assertThat(second.getSeq()).isEqualTo(42);
    assertThat(second.getKind()).isEqualTo(Event.Kind.VM_LEASED);
    CompletableFuture<Void> closed = served.cases.nextUnsubscribe();
    request.cancel();
    closed.get(20, TimeUnit.SECONDS);
    assertThat(served.cases.listeners).isEmpty();
  }

  @Test
  void aSlowWatcherLosesTheOldestAndSeesTheGap() throws Exception {
    GrpcClientRequest<WatchEventsRequest, Event> request = request(FactoryGrpcClient.WatchEvents);
    var response =
        ServedSkin.await(
            ServedSkin.send(
                request,
                WatchEventsRequest.getDefaultInstance(),
                paused -> Future.succeededFuture(paused.pause())));
    List<Integer> seen = new ArrayList<>();
    CompletableFuture<Void> last = new CompletableFuture<>();
    int count = 20_000;
    String detail = "x".repeat(1000);
    for (int seq = 1; seq <= count; seq++) {
      served.cases.emit(seq, detail);
    }
    response.handler(
        event -> {
          seen.add(event.getSeq());
          if (event.getSeq() == count) {
            last.complete(null);
          }
        });
    response.resume();
    last.get(20, TimeUnit.SECONDS);
    assertThat(seen).isSorted().hasSizeLessThan(count).doesNotHaveDuplicates();
  }

  @Test
  void stoppingEndsStreamsAndIsPrompt() throws Exception {
    GrpcClientRequest<WatchEventsRequest, Event> request = request(FactoryGrpcClient.WatchEvents);
    Promise<Void> heard = Promise.promise();
    var ended =
        ServedSkin.send(
            request,
            WatchEventsRequest.getDefaultInstance(),
            response -> {
              heard.complete();
              return ending(response);
            });
    ServedSkin.await(heard.future());
    long begin = System.nanoTime();
    served.stop(Duration.ofMinutes(5));
    // This does not measure time: waiting for the stream would take the whole grace.
    assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofMinutes(1));
    assertThat(ServedSkin.await(ended).status()).isEqualTo(GrpcStatus.UNAVAILABLE);
  }

  @Test
  void stoppingLetsACallFinishWithinTheGrace() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    served.cases.getVm =
        (q, d) -> {
          begun.countDown();
          return d.await(
              CompletableFuture.supplyAsync(
                  () -> {
                    try {
                      goOn.await();
                    } catch (InterruptedException e) {
                      throw new IllegalStateException(e);
                    }
                    return Samples.granted();
                  }),
              "the test");
        };
    GrpcClientRequest<GetVmRequest, GetVmResponse> request = request(FactoryGrpcClient.GetVm);
    var ended = ServedSkin.send(request, GetVmRequest.getDefaultInstance(), GrpcTest::ending);
    assertThat(begun.await(20, TimeUnit.SECONDS)).isTrue();
    Thread stopping = new Thread(() -> served.stop(Duration.ofSeconds(30)));
    stopping.start();
    goOn.countDown();
    assertThat(ServedSkin.await(ended).status()).isEqualTo(GrpcStatus.OK);
    stopping.join();
  }

  @Test
  void stoppingCancelsWhatOutlastsTheGrace() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch interrupted = new CountDownLatch(1);
    served.cases.getVm =
        (q, d) -> {
          throw Blocking.untilInterrupted(begun, interrupted);
        };
    GrpcClientRequest<GetVmRequest, GetVmResponse> request = request(FactoryGrpcClient.GetVm);
    var ended = ServedSkin.send(request, GetVmRequest.getDefaultInstance(), GrpcTest::ending);
    assertThat(begun.await(20, TimeUnit.SECONDS)).isTrue();
    served.skin.drain(Duration.ofSeconds(1));
    assertThat(interrupted.getCount()).isZero();
    assertThat(ServedSkin.await(ended).status()).isEqualTo(GrpcStatus.UNAVAILABLE);
    var late = call(FactoryGrpcClient.GetVm, GetVmRequest.getDefaultInstance());
    assertThat(late.status()).isEqualTo(GrpcStatus.UNAVAILABLE);
  }

  @Test
  void moreCallsThanWorkersWaitTheirTurn() {
    CountDownLatch both = new CountDownLatch(4);
    served.cases.getVm =
        (q, d) -> {
          both.countDown();
          try {
            both.await();
          } catch (InterruptedException e) {
            throw new CancelledException("interrupted", e);
          }
          return Samples.granted();
        };
    List<Future<GrpcClientResponse<GetVmRequest, GetVmResponse>>> all = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      GrpcClientRequest<GetVmRequest, GetVmResponse> request = request(FactoryGrpcClient.GetVm);
      all.add(request.send(GetVmRequest.getDefaultInstance()));
    }
    assertThat(ServedSkin.await(Future.all(all)).size()).isEqualTo(12);
  }
}
