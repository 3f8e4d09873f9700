package io.vmfactory.factory.grpc;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.grpc.client.GrpcClient;
import io.vmfactory.api.v1.FactoryGrpcClient;
import io.vmfactory.api.v1.GetStatusRequest;
import io.vmfactory.configs.UsersConfig;
import io.vmfactory.factory.http.ConnectionLimits;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Thousands of connections with garbage, and with halves of requests: others are still served. */
@Timeout(3600)
class FloodAttack {
  private static final int CONNECTIONS = 5000;
  private static final int AT_ONCE = 200;
  private static final String PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
  private static final Duration SHORT = Duration.ofMillis(400);

  private final Random random = new Random(13);
  private ServedSkin served;

  @BeforeEach
  void serve() {
    served =
        new ServedSkin(
            true, "", UsersConfig.defaults(), new ConnectionLimits(1000, 900, 0, SHORT, SHORT));
  }

  @AfterEach
  void stop() {
    served.close();
  }

  @Test
  void garbage() throws IOException {
    attack(0);
  }

  @Test
  void garbageAfterAPreface() throws IOException {
    attack(PREFACE.length());
  }

  @Test
  void halvesOfAPreface() throws IOException {
    attack(PREFACE.length() / 2);
  }

  private void attack(int ofPreface) throws IOException {
    for (int round = 0; round < CONNECTIONS / AT_ONCE; round++) {
      List<SocketChannel> open = new ArrayList<>();
      for (int count = 0; count < AT_ONCE; count++) {
        open.add(saying(ofPreface));
      }
      assertServed();
      for (SocketChannel channel : open) {
        channel.close();
      }
    }
    assertServed();
  }

  private SocketChannel saying(int ofPreface) throws IOException {
    SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(served.config.socket()));
    byte[] garbage = new byte[random.nextInt(2000)];
    random.nextBytes(garbage);
    try {
      channel.write(ByteBuffer.wrap(PREFACE.substring(0, ofPreface).getBytes(US_ASCII)));
      channel.write(ByteBuffer.wrap(garbage));
    } catch (IOException closed) {
      assertThat(closed).hasMessageMatching("(?i).*(broken pipe|reset).*"); // the daemon was quick
    }
    return channel;
  }

  private void assertServed() {
    GrpcClient client = served.client();
    ServedSkin.await(
        client
            .request(served.address(), FactoryGrpcClient.GetStatus)
            .compose(request -> request.send(GetStatusRequest.getDefaultInstance()))
            .compose(response -> response.last()));
  }
}
