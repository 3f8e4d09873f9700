package io.vmfactory.guest.ttrpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.argumentSet;

import io.vmfactory.configs.time.WallClock;
import io.vmfactory.guest.FakeAgent;
import io.vmfactory.guest.GuestAgent;
import io.vmfactory.guest.GuestException;
import io.vmfactory.ttrpc.Frame;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Our own agent through QEMU's serial port, with hosts that misbehave. */
@Tag("qemu")
@Timeout(300)
final class RealAgentIT {
  private static final int RESOURCE_EXHAUSTED = 8;
  private static RealGuest guest;

  @BeforeAll
  static void boot(@TempDir Path dir) {
    guest = new RealGuest(dir);
  }

  @AfterAll
  static void kill() {
    guest.close();
  }

  private static byte[] check(int stream) {
    return RawConnection.request(stream, "grpc.Health", "Check");
  }

  private static void assertStillServing() {
    try (GuestAgent agent = guest.agent()) {
      agent.awaitServing(RealGuest.soon());
    }
  }

  @Test
  void servesTheNextHostWhereverTheLastOneLeftInTheMiddleOfAFrame() throws IOException {
    byte[] frame = check(1);
    for (int sent = 1; sent < frame.length; sent += 3) {
      try (RawConnection rude = new RawConnection(guest.socket())) {
        rude.send(Arrays.copyOf(frame, sent));
      }
      assertStillServing();
    }
  }

  @Test
  void servesTheNextHostWhenTheLastOneDidNotWaitForItsAnswers() throws IOException {
    for (int i = 0; i < 5; i++) {
      try (RawConnection rude = new RawConnection(guest.socket())) {
        rude.send(check(1));
        rude.send(check(3));
      }
      assertStillServing();
    }
  }

  @Test
  void servesTheNextHostAfterGarbage() throws IOException {
    long seed = new Random().nextLong();
    System.err.println("garbage of seed " + seed);
    byte[] garbage = new byte[64 << 10];
    new Random(seed).nextBytes(garbage);
    try (RawConnection rude = new RawConnection(guest.socket())) {
      rude.send(garbage);
    }

    assertStillServing();
  }

  @Test
  void refusesAFrameThatIsTooLargeAndServesTheNextCallOfTheSameConnection() throws IOException {
    int tooLarge = (4 << 20) + 1;
    byte[] header =
        ByteBuffer.allocate(10).putInt(tooLarge).putInt(1).put((byte) 1).put((byte) 0).array();
    try (RawConnection host = new RawConnection(guest.socket())) {
      host.send(header);
      RawConnection.Answer refusal = host.read();
      host.send(new byte[tooLarge]);
      host.send(check(3));

      assertThat(refusal.stream()).isEqualTo(1);
      assertThat(refusal.code()).isEqualTo(RESOURCE_EXHAUSTED);
      assertThat(host.read().stream()).isEqualTo(3);
    }
  }

  @Test
  void answersTwoCallsOfOneWrite() throws IOException {
    byte[] first = check(1);
    byte[] second = RawConnection.request(3, "grpc.AgentService", "GetMetrics");
    byte[] both = Arrays.copyOf(first, first.length + second.length);
    System.arraycopy(second, 0, both, first.length, second.length);
    try (RawConnection host = new RawConnection(guest.socket())) {
      host.send(both);

      RawConnection.Answer one = host.read();
      RawConnection.Answer other = host.read();

      assertThat(Set.of(one.stream(), other.stream())).containsExactlyInAnyOrder(1, 3);
      assertThat(one.code()).isZero();
      assertThat(other.code()).isZero();
    }
  }

  @Test
  void saysThatItDoesNotKnowAddSwap() throws IOException {
    try (RawConnection host = new RawConnection(guest.socket())) {
      host.send(RawConnection.request(1, "grpc.AgentService", "AddSwap"));

      assertThat(host.read().code()).isEqualTo(GuestException.UNIMPLEMENTED);
    }
  }

  @Test
  void servesOnWhenABodyIsNoRequest() throws IOException {
    byte[] noRequest = {(byte) 0xff, (byte) 0xff, (byte) 0xff};
    try (RawConnection rude = new RawConnection(guest.socket())) {
      rude.send(FakeAgent.frame(Frame.REQUEST, 1, noRequest));
    }

    assertStillServing();
  }

  private static final int HOSTS = 20;

  /** Bytes that the last host left in a guest that was stopped when that host went away. */
  static Stream<Arguments> legacies() {
    byte[] check = check(1);
    byte[] metrics = RawConnection.request(3, "grpc.AgentService", "GetMetrics");
    return Stream.of(
        argumentSet("nothing", new byte[0]),
        argumentSet("a question", metrics),
        argumentSet("half a header", Arrays.copyOf(metrics, 7)),
        argumentSet("half a frame", Arrays.copyOf(metrics, metrics.length - 5)),
        argumentSet("half a first call", Arrays.copyOf(check, check.length - 1)));
  }

  /** A daemon that died while its VMs were warm, and the daemon that adopts them. */
  @ParameterizedTest
  @MethodSource("legacies")
  void wakesForAHostThatCameWhileTheGuestStoodStill(byte[] legacy) throws IOException {
    for (int host = 0; host < HOSTS; host++) {
      guest.stop();
      try (RawConnection last = new RawConnection(guest.socket())) {
        last.send(legacy);
      }
      try (GuestAgent agent = guest.agent()) {
        guest.cont();
        agent.awaitServing(RealGuest.soon());
        agent.startWake(WallClock.system(), "host-" + host, RealGuest.soon()).await();
        assertThat(agent.identity(0, RealGuest.soon()).hostname()).isEqualTo("host-" + host);
      }
    }
  }

  @Test
  void wakesForTheHostThatStayedWhileTheGuestStoodStill() {
    try (GuestAgent agent = guest.agent()) {
      agent.awaitServing(RealGuest.soon());
      for (int nap = 0; nap < HOSTS; nap++) {
        guest.stop();
        var answer = agent.startWake(WallClock.system(), "nap-" + nap, RealGuest.soon());
        guest.cont();
        answer.await();
        assertThat(agent.identity(0, RealGuest.soon()).hostname()).isEqualTo("nap-" + nap);
      }
    }
  }

  private static final int UNREAD = 60; // answers of 7 kB, more than QEMU's socket holds

  @Test
  void isReachedAfterItsHostLeftAnswersUnreadWhileTheGuestStoodStill() throws IOException {
    try (RawConnection last = new RawConnection(guest.socket())) {
      last.send(check(1));
      last.read();
      for (int call = 1; call <= UNREAD; call++) {
        last.send(RawConnection.request(1 + 2 * call, "grpc.AgentService", "GetMetrics"));
      }
      last.read(); // by now the others are under way
      guest.stop();
    }
    guest.cont();
    try (GuestAgent agent = guest.greeted()) {
      agent.details(RealGuest.soon());
    }
    assertStillServing();
  }
}
