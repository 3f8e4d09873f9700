package io.vmfactory.factory.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.util.JsonFormat;
import io.vertx.core.Future;
import io.vertx.grpc.client.GrpcClient;
import io.vertx.grpc.client.GrpcClientResponse;
import io.vertx.grpc.common.GrpcStatus;
import io.vertx.grpc.common.ServiceMethod;
import io.vmfactory.api.v1.DrainPoolRequest;
import io.vmfactory.api.v1.DrainPoolResponse;
import io.vmfactory.api.v1.Event;
import io.vmfactory.api.v1.FactoryGrpcClient;
import io.vmfactory.api.v1.GetStatusRequest;
import io.vmfactory.api.v1.GetStatusResponse;
import io.vmfactory.api.v1.Pool;
import io.vmfactory.api.v1.PoolSize;
import io.vmfactory.api.v1.ResizePoolRequest;
import io.vmfactory.configs.PoolConfig.Auto;
import io.vmfactory.configs.PoolConfig.Fixed;
import io.vmfactory.factory.app.PoolDesk.PoolResize;
import io.vmfactory.factory.events.Events;
import io.vmfactory.factory.request.RequestException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Tests pools as clients see and change them. */
@Timeout(60)
class PoolSkinTest {
  private final ServedSkin served = new ServedSkin();
  private final GrpcClient client = served.client();
  private final List<PoolResize> resizes = new ArrayList<>();

  @AfterEach
  void stop() {
    served.close();
  }

  private <Q, P> GrpcClientResponse<Q, P> response(ServiceMethod<P, Q> method, Q question) {
    return served.onLoop(
        () ->
            client
                .request(served.address(), method)
                .compose(request -> request.send(question))
                .compose(
                    response -> response.end().transform(end -> Future.succeededFuture(response))));
  }

  private <Q, P> P call(ServiceMethod<P, Q> method, Q question) {
    return ServedSkin.await(
        client
            .request(served.address(), method)
            .compose(request -> request.send(question))
            .compose(GrpcClientResponse::last));
  }

  private PoolResize resize(ResizePoolRequest.Builder request) {
    served.cases.resizePool =
        (q, d) -> {
          resizes.add(q);
          return List.of(Samples.poolView());
        };
    assertThat(call(FactoryGrpcClient.ResizePool, request.build()).getPoolsList()).hasSize(1);
    return resizes.remove(0);
  }

  private static PoolSize auto(int min, int max) {
    return PoolSize.newBuilder()
        .setAuto(PoolSize.Auto.newBuilder().setMin(min).setMax(max))
        .build();
  }

  @Test
  void statusHasAllOfAPool() throws Exception {
    GetStatusResponse status =
        call(FactoryGrpcClient.GetStatus, GetStatusRequest.getDefaultInstance());

    Pool.Builder expected = Pool.newBuilder();
    JsonFormat.parser()
        .merge(
            """
            {"templateKey": "%s", "template": "python:3", "tier": "WARM", "phase": "OPEN",
             "size": {"auto": {"min": 1, "max": 32}}, "target": 4, "targetReason": "because",
             "allocating": 11, "idle": 12, "superseded": 13, "probing": 14, "claimed": 15,
             "disposing": 16, "waiting": 17, "refillPauses": 18, "hits": 3, "misses": 1,
             "hitRatio": 0.75, "taken": 22, "poisoned": 24, "allocationFailures": 26,
             "expired": 27, "claimsPerSecond": 0.5, "refill": "0.050s",
             "retry": {"failuresInARow": 2, "in": "1.5s", "cause": "no memory"},
             "failures": [{"kind": "DIED", "cause": "killed", "ago": "3s"}],
             "privateKib": 1000, "sharedKib": 2000}
            """
                .formatted(Samples.KEY),
            expected);
    assertThat(status.getPoolsList()).containsExactly(expected.build());
  }

  @Test
  void statusHasTheBudgetAndWhoWaits() {
    GetStatusResponse status =
        call(FactoryGrpcClient.GetStatus, GetStatusRequest.getDefaultInstance());

    assertThat(status.getMemoryBudget().getBudgetKib()).isEqualTo(2 << 20);
    assertThat(status.getMemoryBudget().getPrivateKib()).isEqualTo(1000);
    assertThat(status.getMemoryBudget().getVms()).isEqualTo(12 + 14);
    assertThat(status.getRestores().getLimit()).isEqualTo(2);
    assertThat(status.getRestores().getInFlight()).isEqualTo(2);
    assertThat(status.getRestores().getWaiting()).isEqualTo(3);
    assertThat(status.getRestores().getMaxWaiting()).isEqualTo(256);
  }

  @Test
  void aResizeIsPassedOnAsItWasSaid() {
    assertThat(
            resize(
                ResizePoolRequest.newBuilder()
                    .setTemplateKey("abababab")
                    .setWarm(PoolSize.newBuilder().setFixed(0))))
        .isEqualTo(new PoolResize("abababab", new Fixed(0), null));
    assertThat(resize(ResizePoolRequest.newBuilder().setShells(auto(2, 9))))
        .isEqualTo(new PoolResize("", null, new Auto(2, 9)));
    assertThat(resize(ResizePoolRequest.newBuilder())).isEqualTo(new PoolResize("", null, null));
  }

  @Test
  void autoWithoutBoundsHasThoseOfTheConfiguration() {
    assertThat(resize(ResizePoolRequest.newBuilder().setWarm(auto(0, 0))).warm())
        .isEqualTo(new Auto(1, 32));
  }

  @Test
  void whatNoNumberCanBeIsLeftToTheRules() {
    PoolSize.Builder huge = PoolSize.newBuilder().setFixed(-1); // 2^32 - 1 on the wire
    assertThat(resize(ResizePoolRequest.newBuilder().setWarm(huge)).warm())
        .isEqualTo(new Fixed(Integer.MAX_VALUE));
  }

  @Test
  void aSizeThatSaysNothingIsRefused() {
    var request = ResizePoolRequest.newBuilder().setShells(PoolSize.getDefaultInstance()).build();

    var response = response(FactoryGrpcClient.ResizePool, request);

    assertThat(response.status()).isEqualTo(GrpcStatus.INVALID_ARGUMENT);
    assertThat(response.statusMessage()).isEqualTo("shells: is neither fixed nor auto");
  }

  @Test
  void aDrainAnswersWithThePoolsOfTheTemplate() {
    List<String> drained = new ArrayList<>();
    served.cases.drainPool =
        (q, d) -> {
          drained.add(q);
          return List.of(Samples.poolView());
        };

    DrainPoolResponse reply =
        call(
            FactoryGrpcClient.DrainPool,
            DrainPoolRequest.newBuilder().setTemplateKey("abababab").build());

    assertThat(drained).containsExactly("abababab");
    assertThat(reply.getPools(0).getTemplateKey()).isEqualTo(Samples.KEY);
  }

  @Test
  void anUnknownTemplateIsNotFound() {
    served.cases.drainPool =
        (q, d) -> {
          throw new RequestException(RequestException.Reason.NOT_FOUND, "no template " + q);
        };

    var response =
        response(
            FactoryGrpcClient.DrainPool,
            DrainPoolRequest.newBuilder().setTemplateKey("00000000").build());

    assertThat(response.status()).isEqualTo(GrpcStatus.NOT_FOUND);
  }

  @Test
  void everyKindOfEventHasItsWordOnTheWire() {
    assertThat(Arrays.stream(Event.Kind.values()).map(Enum::name))
        .containsAll(Arrays.stream(Events.Kind.values()).map(Enum::name).toList());
  }
}
