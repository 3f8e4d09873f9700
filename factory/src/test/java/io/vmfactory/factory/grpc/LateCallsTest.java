package io.vmfactory.factory.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.Message;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import io.vertx.grpc.client.GrpcClient;
import io.vertx.grpc.client.GrpcClientRequest;
import io.vertx.grpc.client.GrpcClientResponse;
import io.vertx.grpc.common.ServiceMethod;
import io.vmfactory.api.v1.CreateTemplateRequest;
import io.vmfactory.api.v1.FactoryGrpcClient;
import io.vmfactory.api.v1.GetStatusRequest;
import io.vmfactory.api.v1.GetVmRequest;
import io.vmfactory.api.v1.GetVmResponse;
import io.vmfactory.api.v1.WatchEventsRequest;
import io.vmfactory.configs.time.Deadline;
import io.vmfactory.factory.request.RequestException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntFunction;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

/**
 * Tests calls that arrive while the skin drains or closes: each ends, with an answer or an error.
 */
class LateCallsTest {
  private static final Set<String> ENDS = Set.of("OK", "UNAVAILABLE", "connection lost");
  private static final int CALLS = 40;

  private final ServedSkin served = new ServedSkin();
  private final GrpcClient client = served.client();

  @AfterEach
  void stop() {
    served.close();
  }

  /** Completes with the call's status, or with the end of its connection. Never fails. */
  private static <Q, P> Future<String> end(GrpcClientRequest<Q, P> request, Q message) {
    request.exceptionHandler(e -> {});
    return ServedSkin.send(request, message, LateCallsTest::status).otherwise("connection lost");
  }

  private static Future<String> status(GrpcClientResponse<?, ?> response) {
    Promise<String> ended = Promise.promise();
    response.endHandler(v -> ended.tryComplete(response.status().name()));
    response.exceptionHandler(ended::tryFail);
    response.errorHandler(e -> ended.tryFail(e.toString()));
    return ended.future();
  }

  private <Q extends Message, P> Future<String> call(ServiceMethod<P, Q> method, Q message) {
    return client
        .request(served.address(), method)
        .compose(
            request -> end(request, message), refused -> Future.succeededFuture("connection lost"));
  }

  private Future<String> anyCall(int number) {
    return switch (number % 4) {
      case 0 -> call(FactoryGrpcClient.GetVm, GetVmRequest.getDefaultInstance());
      case 1 -> call(FactoryGrpcClient.GetStatus, GetStatusRequest.getDefaultInstance());
      case 2 -> call(FactoryGrpcClient.WatchEvents, WatchEventsRequest.getDefaultInstance());
      default -> call(FactoryGrpcClient.CreateTemplate, CreateTemplateRequest.getDefaultInstance());
    };
  }

  /** Makes calls from a thread of its own. {@code underWay} counts them. */
  private static CompletableFuture<List<Future<String>>> callInParallel(
      IntFunction<Future<String>> call, CountDownLatch underWay) {
    return CompletableFuture.supplyAsync(
        () -> {
          List<Future<String>> all = new ArrayList<>();
          for (int i = 0; i < CALLS; i++) {
            all.add(call.apply(i));
            underWay.countDown();
          }
          return all;
        });
  }

  private static void assertAllEnd(CompletableFuture<List<Future<String>>> calls) {
    Deadline deadline = Deadline.after(ServedSkin.LONG);
    for (Future<String> call : deadline.await(calls, "the calls to be made")) {
      assertThat(deadline.await(call.toCompletionStage(), "a late call to end")).isIn(ENDS);
    }
  }

  @RepeatedTest(10)
  void everyCallAfterTheDrainIsRefused() {
    served.skin.drain(Duration.ofSeconds(5));
    for (int i = 0; i < CALLS; i++) {
      assertThat(ServedSkin.await(anyCall(i))).isEqualTo("UNAVAILABLE");
    }
  }

  @RepeatedTest(30)
  void everyCallMadeWhileTheSkinStopsEnds() throws Exception {
    CountDownLatch underWay = new CountDownLatch(5);
    var calls = callInParallel(this::anyCall, underWay);
    assertThat(underWay.await(20, TimeUnit.SECONDS)).isTrue();
    served.stop(Duration.ofSeconds(5));
    assertAllEnd(calls);
  }

  @RepeatedTest(30)
  void everyCallMadeWhileTheSkinClosesWithoutADrainEnds() throws Exception {
    CountDownLatch blocked = new CountDownLatch(1);
    served.cases.getVm =
        (q, d) -> {
          throw Blocking.untilInterrupted(blocked, new CountDownLatch(1));
        };
    CountDownLatch underWay = new CountDownLatch(CALLS / 2);
    var calls = callInParallel(this::anyCall, underWay);
    assertThat(underWay.await(20, TimeUnit.SECONDS)).isTrue();
    assertThat(blocked.await(20, TimeUnit.SECONDS)).isTrue();
    served.skin.close();
    served.markStopped();
    Deadline deadline = Deadline.after(ServedSkin.LONG);
    for (Future<String> call : deadline.await(calls, "the calls to be made")) {
      String end = deadline.await(call.toCompletionStage(), "a late call to end");
      assertThat(end).isIn("OK", "UNAVAILABLE", "CANCELLED", "connection lost");
    }
  }

  @RepeatedTest(30)
  void everyPlainHttpRequestMadeWhileTheSkinStopsEnds() throws Exception {
    var http = served.vertx.createHttpClient(new HttpClientOptions().setKeepAlive(true));
    String[] paths = {"/v1/status", "/metrics", "/v1/nothing", "/v1/templates"};
    CountDownLatch underWay = new CountDownLatch(5);
    var calls =
        callInParallel(
            i ->
                http.request(
                        new RequestOptions()
                            .setServer(served.address())
                            .setHost("localhost")
                            .setMethod(HttpMethod.GET)
                            .setURI(paths[i % paths.length]))
                    .compose(request -> request.send().compose(HttpClientResponse::end))
                    .map("OK")
                    .otherwise("connection lost"),
            underWay);
    assertThat(underWay.await(20, TimeUnit.SECONDS)).isTrue();
    served.stop(Duration.ofSeconds(5));
    assertAllEnd(calls);
  }

  @RepeatedTest(100)
  void noWorkBeginsWhenTheDrainHasEnded() throws Exception {
    AtomicBoolean drained = new AtomicBoolean();
    AtomicInteger late = new AtomicInteger();
    served.cases.getStatus =
        (q, d) -> {
          if (drained.get()) {
            late.incrementAndGet();
          }
          return Samples.status();
        };
    CountDownLatch underWay = new CountDownLatch(1);
    var calls =
        callInParallel(
            i -> call(FactoryGrpcClient.GetStatus, GetStatusRequest.getDefaultInstance()),
            underWay);
    assertThat(underWay.await(20, TimeUnit.SECONDS)).isTrue();
    served.skin.drain(Duration.ofSeconds(5));
    drained.set(true);
    assertAllEnd(calls);
    assertThat(late).hasValue(0);
  }

  /** The connection also carries calls under way, which may finish. */
  @RepeatedTest(5)
  void aLateCallThatIsGivenUpDoesNotEndTheConnection() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    CompletableFuture<Void> goOn = new CompletableFuture<>();
    served.cases.getVm =
        (q, d) -> {
          begun.countDown();
          d.await(goOn, "the test");
          return Samples.granted();
        };
    var early = call(FactoryGrpcClient.GetVm, GetVmRequest.getDefaultInstance());
    assertThat(begun.await(20, TimeUnit.SECONDS)).isTrue();
    var draining = CompletableFuture.runAsync(() -> served.skin.drain(ServedSkin.LONG));
    for (int i = 0; i < 100; i++) {
      GrpcClientRequest<GetVmRequest, GetVmResponse> late =
          ServedSkin.await(client.request(served.address(), FactoryGrpcClient.GetVm));
      late.exceptionHandler(e -> {});
      late.end(GetVmRequest.getDefaultInstance());
      late.cancel();
    }
    goOn.complete(null);
    assertThat(ServedSkin.await(early)).isEqualTo("OK");
    Deadline.after(ServedSkin.LONG).await(draining, "the drain");
  }

  @Test
  void aTurnThatIsNotReachedFails() throws Exception {
    CountDownLatch begun = new CountDownLatch(4);
    served.cases.getStatus =
        (q, d) -> {
          throw Blocking.untilInterrupted(begun, new CountDownLatch(1));
        };
    for (int i = 0; i < 4; i++) {
      var unused = call(FactoryGrpcClient.GetStatus, GetStatusRequest.getDefaultInstance());
    }
    assertThat(begun.await(20, TimeUnit.SECONDS)).isTrue();
    var waiting = served.skin.turn();
    served.skin.close();
    served.markStopped();
    Deadline deadline = Deadline.after(ServedSkin.LONG);
    assertThatThrownBy(() -> deadline.await(waiting, "a turn"))
        .isInstanceOf(RequestException.class);
    var late = served.skin.turn();
    assertThatThrownBy(() -> deadline.await(late, "a turn")).isInstanceOf(RequestException.class);
  }
}
