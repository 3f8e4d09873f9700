package io.vmfactory.factory.grpc;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Future;
import io.vertx.core.VertxException;
import io.vertx.grpc.client.GrpcClient;
import io.vmfactory.api.v1.Event;
import io.vmfactory.api.v1.FactoryGrpcClient;
import io.vmfactory.api.v1.GetStatusRequest;
import io.vmfactory.api.v1.GetVmRequest;
import io.vmfactory.api.v1.WatchEventsRequest;
import io.vmfactory.configs.UsersConfig;
import io.vmfactory.factory.http.ConnectionLimits;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests connections that ask for nothing, are too many, or send frames without end. */
@Timeout(60)
class ConnectionsTest {
  private static final Duration SHORT = Duration.ofMillis(400);
  private static final Duration LONG = Duration.ofHours(1);
  private static final String PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
  private static final String SETTINGS = "000000040000000000";
  private static final String PING = "0000080600000000000102030405060708";

  /** HEADERS of stream 1 without END_HEADERS: ":method: POST" and no more. */
  private static final String HALF_HEADERS = "00000101000000000183";

  private ServedSkin served;
  private final List<SocketChannel> open = new ArrayList<>();

  @AfterEach
  void stop() throws IOException {
    for (SocketChannel channel : open) {
      channel.close();
    }
    served.close();
  }

  private void serve(int all, int each, Duration first, Duration idle) {
    served =
        new ServedSkin(
            true, "", UsersConfig.defaults(), new ConnectionLimits(all, each, 0, first, idle));
  }

  private SocketChannel connect() throws IOException {
    var address = UnixDomainSocketAddress.of(served.config.socket());
    SocketChannel channel = SocketChannel.open(address);
    open.add(channel);
    return channel;
  }

  private SocketChannel saying(byte[] bytes) throws IOException {
    SocketChannel channel = connect();
    channel.write(ByteBuffer.wrap(bytes));
    return channel;
  }

  private static byte[] http2(String... frames) {
    byte[] preface = PREFACE.getBytes(US_ASCII);
    byte[] rest = HexFormat.of().parseHex(String.join("", frames));
    return ByteBuffer.allocate(preface.length + rest.length).put(preface).put(rest).array();
  }

  /** Reads to the end; returns what came. */
  private static String end(SocketChannel channel) {
    StringBuilder all = new StringBuilder();
    ByteBuffer buffer = ByteBuffer.allocate(4096);
    try {
      while (channel.read(buffer.clear()) >= 0) {
        all.append(new String(buffer.array(), 0, buffer.position(), US_ASCII));
      }
    } catch (IOException reset) {
      all.append("reset");
    }
    return all.toString();
  }

  private void answers() {
    GrpcClient client = served.client();
    Future<?> status =
        client
            .request(served.address(), FactoryGrpcClient.GetStatus)
            .compose(request -> request.send(GetStatusRequest.getDefaultInstance()))
            .compose(response -> response.last());
    ServedSkin.await(status);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "P",
        "PRI * HTTP/2.0\r\n",
        "G",
        "GET /v1/status HTTP/1.1\r\n",
        "GET /v1/status HTTP/1.1\r\nhost: localhost\r\n"
      })
  void aConnectionThatNeverSaysAWholeRequestIsClosed(String said) throws IOException {
    serve(100, 100, SHORT, LONG);
    assertThat(end(saying(said.getBytes(US_ASCII)))).doesNotContain("200 OK");
    answers();
  }

  @Test
  void soIsOneWhoseFirstHeadersAreHalfSentHoweverManyPingsItSends() throws IOException {
    serve(100, 100, SHORT, LONG);
    end(saying(http2(SETTINGS)));
    end(saying(http2(SETTINGS, PING, PING)));
    end(saying(http2(SETTINGS, HALF_HEADERS)));
    answers();
  }

  @Test
  void anIdleConnectionIsClosedAndAnsweredBefore() throws IOException {
    serve(100, 100, SHORT.multipliedBy(5), SHORT);
    byte[] request = "GET /v1/status HTTP/1.1\r\nhost: localhost\r\n\r\n".getBytes(US_ASCII);
    assertThat(end(saying(request))).startsWith("HTTP/1.1 200 OK");
    answers();
  }

  /** Takes ten seconds: the limit for the rest of a request cannot be changed. */
  @Execution(ExecutionMode.CONCURRENT)
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aRequestThatIsHalfSentIsAnsweredWhateverItsDeadline(boolean draining) throws IOException {
    serve(100, 100, SHORT, SHORT);
    if (draining) {
      served.skin.drain(Duration.ZERO);
    }
    String half =
        "POST /v1/vms HTTP/1.1\r\nhost: x\r\ngrpc-timeout: 99999H\r\ncontent-length: 2\r\n\r\n{";
    assertThat(end(saying(half.getBytes(US_ASCII))))
        .startsWith("HTTP/1.1 50")
        .contains(draining ? "SHUTTING_DOWN" : "the rest of the request");
  }

  /** Takes ten seconds, as above. */
  @Execution(ExecutionMode.CONCURRENT)
  @Test
  void aClientThatTakesNoReplyLosesItsConnection() throws IOException {
    serve(100, 100, LONG, LONG);
    String path = "/vmfactory.v1.Factory/GetStatus";
    String headers =
        "8386"
            + ("04" + text(path))
            + ("01" + text("localhost"))
            + ("0f10" + text("application/grpc"))
            + ("00" + text("te") + text("trailers"));
    String closedWindow = "000006040000000000" + "000400000000";
    String request =
        "%06x010400000001%s".formatted(headers.length() / 2, headers)
            + "00000500010000000100"
            + "00000000";
    String said = end(saying(http2(closedWindow, request)));
    assertThat(said).as("the headers of the reply").contains("application/grpc");
    answers();
    served.skin.drain(Duration.ofSeconds(30)); // returns at once if no call is in flight
  }

  /** A string of HPACK (RFC 7541), in hex. */
  private static String text(String value) {
    return "%02x%s".formatted(value.length(), HexFormat.of().formatHex(value.getBytes(US_ASCII)));
  }

  @Test
  void aRequestAtWorkKeepsItsConnection() throws Exception {
    serve(100, 100, SHORT, SHORT);
    CountDownLatch goOn = new CountDownLatch(1);
    served.cases.getVm =
        (q, d) -> {
          try {
            assertThat(goOn.await(30, TimeUnit.SECONDS)).isTrue();
          } catch (InterruptedException e) {
            throw new IllegalStateException(e);
          }
          return Samples.granted();
        };
    byte[] body =
        "POST /v1/vms HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\n\r\n{}".getBytes(US_ASCII);
    SocketChannel json = saying(body);
    Future<?> grpc =
        served
            .client()
            .request(served.address(), FactoryGrpcClient.GetVm)
            .compose(request -> request.send(GetVmRequest.getDefaultInstance()))
            .compose(response -> response.last());
    end(saying(http2(SETTINGS))); // returns after more than the limit
    end(saying(http2(SETTINGS)));
    assertThat(grpc.isComplete()).isFalse();
    goOn.countDown();
    ServedSkin.await(grpc);
    assertThat(end(json)).startsWith("HTTP/1.1 200 OK");
  }

  @Test
  void aWatchKeepsItsConnection() throws IOException {
    serve(100, 100, SHORT, SHORT);
    Future<?> ended =
        served
            .client()
            .request(served.address(), FactoryGrpcClient.WatchEvents)
            .compose(request -> request.send(WatchEventsRequest.getDefaultInstance()))
            .compose(
                response -> {
                  response.handler((Event event) -> {});
                  return response.end();
                });
    end(saying(http2(SETTINGS)));
    end(saying(http2(SETTINGS)));
    assertThat(ended.isComplete()).isFalse();
  }

  @Test
  void moreConnectionsThanTheLimitAreRefusedAndTheOthersServed() throws IOException {
    serve(20, 20, LONG, LONG);
    GrpcClient client = served.client();
    ServedSkin.await(status(client));
    for (int count = 0; count < 250; count++) {
      connect();
    }
    assertThat(open.stream().skip(20))
        .allSatisfy(refused -> assertThat(end(refused)).isIn("", "reset"));
    ServedSkin.await(status(client));
    for (SocketChannel channel : open) {
      channel.close();
    }
    while (!isServed()) {} // the daemon hears of each end somewhat later
  }

  private boolean isServed() {
    try {
      answers();
      return true;
    } catch (VertxException refused) {
      return false;
    }
  }

  private Future<?> status(GrpcClient client) {
    return client
        .request(served.address(), FactoryGrpcClient.GetStatus)
        .compose(request -> request.send(GetStatusRequest.getDefaultInstance()))
        .compose(response -> response.last());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {PING, SETTINGS, "0000040800000000000000000a", "00000502000000000100000000ff"})
  void aFloodOfFramesWithoutARequestEndsTheConnection(String frame) throws IOException {
    serve(100, 100, LONG, LONG);
    SocketChannel channel = saying(http2(SETTINGS));
    channel.configureBlocking(false);
    ByteBuffer frames = ByteBuffer.wrap(HexFormat.of().parseHex(frame.repeat(1000)));
    ByteBuffer answers = ByteBuffer.allocate(1 << 16);
    long sent = 0;
    boolean ended = false;
    while (!ended) {
      try {
        sent += channel.write(frames.hasRemaining() ? frames : frames.rewind());
        ended = channel.read(answers.clear()) < 0;
      } catch (IOException reset) {
        ended = true;
      }
    }
    assertThat(sent).isGreaterThan(1000L);
    answers();
  }
}
