package io.vmfactory.factory.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Future;
import io.vertx.grpc.client.GrpcClient;
import io.vertx.grpc.client.GrpcClientRequest;
import io.vertx.grpc.client.GrpcClientResponse;
import io.vertx.grpc.common.ServiceMethod;
import io.vmfactory.api.v1.CreateTemplateRequest;
import io.vmfactory.api.v1.FactoryGrpcClient;
import io.vmfactory.api.v1.GetStatusRequest;
import io.vmfactory.api.v1.GetVmRequest;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Tests that short calls do not wait for calls that take long. */
class LanesTest {
  private final ServedSkin served = new ServedSkin();
  private final GrpcClient client = served.client();

  @AfterEach
  void stop() {
    if (!served.isStopped()) {
      served.stop(Duration.ofMillis(50));
    }
    served.close();
  }

  private <Q, P> Future<GrpcClientResponse<Q, P>> send(ServiceMethod<P, Q> method, Q message) {
    GrpcClientRequest<Q, P> request = ServedSkin.await(client.request(served.address(), method));
    return request.send(message);
  }

  @Test
  void shortCallsDoNotWaitForSlowBoots() throws Exception {
    int workers = served.config.workers();
    CountDownLatch begun = new CountDownLatch(workers);
    served.cases.getVm =
        (q, d) -> {
          throw Blocking.untilInterrupted(begun, new CountDownLatch(1));
        };
    for (int i = 0; i < workers; i++) {
      var unused = send(FactoryGrpcClient.GetVm, GetVmRequest.getDefaultInstance());
    }
    assertThat(begun.await(20, TimeUnit.SECONDS)).isTrue();
    var status =
        send(FactoryGrpcClient.GetStatus, GetStatusRequest.getDefaultInstance())
            .compose(GrpcClientResponse::last);
    assertThat(ServedSkin.await(status).getVersion()).isEqualTo("1.2.3");
  }

  @Test
  void stoppingCancelsABuildAtOnce() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch interrupted = new CountDownLatch(1);
    served.cases.createTemplate =
        (q, d) -> {
          throw Blocking.untilInterrupted(begun, interrupted);
        };
    var unused = send(FactoryGrpcClient.CreateTemplate, CreateTemplateRequest.getDefaultInstance());
    assertThat(begun.await(20, TimeUnit.SECONDS)).isTrue();
    long begin = System.nanoTime();
    served.stop(Duration.ofMinutes(5));
    // This does not measure time: a build that is not cancelled would take the whole grace.
    assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofMinutes(1));
    assertThat(interrupted.getCount()).isZero();
  }
}
