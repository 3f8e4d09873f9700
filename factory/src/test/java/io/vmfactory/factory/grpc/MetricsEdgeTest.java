package io.vmfactory.factory.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.Context;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.SocketAddress;
import io.vmfactory.configs.time.Deadline;
import io.vmfactory.factory.http.MetricsPort;
import io.vmfactory.factory.metrics.BuildInfo;
import io.vmfactory.factory.metrics.Exposition;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class MetricsEdgeTest {
  private final ServedSkin served = new ServedSkin();
  private final AtomicReference<RuntimeException> failure = new AtomicReference<>();

  private final AtomicReference<Boolean> onEventLoop = new AtomicReference<>();

  @BeforeEach
  void show() {
    served.metrics.show(
        new BuildInfo("1.2.3", Samples.status().hypervisor(), 16, 1 << 30),
        () -> {
          onEventLoop.set(Context.isOnEventLoopThread());
          if (failure.get() != null) {
            throw failure.get();
          }
          return Samples.status();
        });
  }

  @AfterEach
  void stop() {
    served.close();
  }

  private record Answer(int status, String type, String text) {}

  private Answer ask(SocketAddress server, HttpMethod method, String path) {
    var http = served.vertx.createHttpClient();
    var options =
        new RequestOptions().setServer(server).setMethod(method).setURI(path).setHost("localhost");
    return served.onLoop(
        () ->
            http.request(options)
                .compose(HttpClientRequest::send)
                .compose(
                    r ->
                        r.body()
                            .map(
                                body ->
                                    new Answer(
                                        r.statusCode(),
                                        r.getHeader("content-type"),
                                        body.toString())))
                .eventually(http::close));
  }

  @Test
  void theSocketServesThePage() {
    Answer answer = ask(served.address(), HttpMethod.GET, "/metrics");
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.type()).isEqualTo("text/plain; version=0.0.4; charset=utf-8");
    assertThat(new Exposition(answer.text()).value("vmfactory_leases")).isOne();
  }

  @Test
  void onlyGetIsServed() {
    assertThat(ask(served.address(), HttpMethod.POST, "/metrics").status()).isEqualTo(404);
  }

  @Test
  void aPageThatCannotBeMadeSaysWhy() {
    failure.set(new IllegalStateException("the store is gone"));
    Answer answer = ask(served.address(), HttpMethod.GET, "/metrics");
    assertThat(answer.status()).isEqualTo(500);
    assertThat(answer.text()).contains("the store is gone");
  }

  @Test
  void theEventLoopsDoNotMakeThePage() {
    ask(served.address(), HttpMethod.GET, "/metrics");
    assertThat(onEventLoop.get()).isFalse();
  }

  @Test
  void thePortServesThePageAndNothingElse() {
    try (MetricsPort port = MetricsPort.listen(served.vertx, 0, served.metrics)) {
      SocketAddress loopback = SocketAddress.inetSocketAddress(port.port(), "127.0.0.1");
      Answer answer = ask(loopback, HttpMethod.GET, "/metrics");
      assertThat(new Exposition(answer.text()).value("vmfactory_vms_limit")).isEqualTo(16);
      assertThat(ask(loopback, HttpMethod.GET, "/v1/status").status()).isEqualTo(404);
      SocketAddress other = SocketAddress.inetSocketAddress(port.port(), "127.0.0.2");
      assertThatThrownBy(() -> ask(other, HttpMethod.GET, "/metrics"))
          .hasStackTraceContaining("refused");
    }
  }

  @Test
  void aTakenPortIsRefusedWithTheRemedy() {
    try (MetricsPort first = MetricsPort.listen(served.vertx, 0, served.metrics)) {
      assertThatThrownBy(
              () -> {
                // Another Vert.x, as another daemon has: servers of one Vert.x share a port.
                var other = io.vertx.core.Vertx.vertx();
                try {
                  MetricsPort.listen(other, first.port(), served.metrics).close();
                } finally {
                  Deadline.after(ServedSkin.LONG)
                      .await(other.close().toCompletionStage(), "Vert.x to close");
                }
              })
          .isInstanceOf(java.io.UncheckedIOException.class)
          .hasMessageContaining("127.0.0.1:" + first.port())
          .hasMessageContaining("choose another [metrics] port");
    }
  }
}
