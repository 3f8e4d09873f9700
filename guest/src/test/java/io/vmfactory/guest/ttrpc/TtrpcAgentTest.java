package io.vmfactory.guest.ttrpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.Empty;
import io.vmfactory.api.guest.v1.Identity;
import io.vmfactory.api.guest.v1.SetIdentityRequest;
import io.vmfactory.api.kata.HealthCheckResponse;
import io.vmfactory.api.kata.Metrics;
import io.vmfactory.api.kata.ReseedRandomDevRequest;
import io.vmfactory.configs.time.Deadline;
import io.vmfactory.configs.time.DeadlineExceededException;
import io.vmfactory.configs.time.WallClock;
import io.vmfactory.guest.FakeAgent;
import io.vmfactory.guest.GuestAgent;
import io.vmfactory.guest.GuestException;
import io.vmfactory.guest.Uniqueness;
import io.vmfactory.linux.StreamSockets;
import io.vmfactory.vmm.VmId;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The client with an agent that misbehaves on command. */
final class TtrpcAgentTest {
  /**
   * Limit for a step that hangs and all steps before it, which a busy machine must manage in time.
   */
  private static final Duration HANG = Duration.ofMillis(300);

  private static final Metrics METRICS = Metrics.newBuilder().setMetrics("up 1\n").build();

  private final StreamSockets sockets = new StreamSockets();
  private final TtrpcAgents agents = new TtrpcAgents(sockets);
  private Path socket;
  private FakeAgent fake;
  private GuestAgent agent;

  @BeforeEach
  void connect(@TempDir Path dir) throws IOException {
    socket = dir.resolve("agent.sock");
    fake = FakeAgent.listen(socket);
    agent = agents.connect(socket, soon());
  }

  @AfterEach
  void close() throws IOException {
    agent.close();
    fake.close();
    sockets.close();
  }

  private static Deadline soon() {
    return Deadline.after(Duration.ofSeconds(30));
  }

  private static Uniqueness unique() {
    return Uniqueness.fresh(WallClock.system(), "vm-1", VmId.random());
  }

  @Test
  void aMissingListenerIsReportedWithTheSocketsPath() throws IOException {
    Path nowhere = socket.resolveSibling("nowhere.sock");

    assertThatExceptionOfType(GuestException.class)
        .isThrownBy(() -> agents.connect(nowhere, soon()))
        .withMessageContaining(nowhere.toString())
        .matches(e -> e.code() == GuestException.UNAVAILABLE);
  }

  @Test
  void anAgentThatDoesNotServeIsNotWaitedForButReported() {
    fake.script(
        "Check",
        call ->
            call.reply(
                HealthCheckResponse.newBuilder()
                    .setStatus(HealthCheckResponse.ServingStatus.NOT_SERVING)
                    .build()));

    assertThatThrownBy(() -> agent.awaitServing(soon())).hasMessageContaining("NOT_SERVING");
  }

  @Test
  void answersFindTheirCallsInWhateverOrderTheyCome() throws Exception {
    BlockingQueue<FakeAgent.Call> held = new LinkedBlockingQueue<>();
    fake.script("GetMetrics", held::add);
    var metrics = CompletableFuture.supplyAsync(() -> agent.metrics(soon()));
    FakeAgent.Call first = held.take();

    assertThat(agent.details(soon()).agentVersion()).isEqualTo("fake");
    assertThat(metrics).isNotDone();

    first.reply(METRICS);
    assertThat(metrics.get()).isEqualTo("up 1\n");
  }

  @Test
  void callsOfSeveralThreadsOverOneConnectionEachGetTheirOwnAnswer() {
    fake.script(
        "GetIdentity", call -> call.reply(Identity.newBuilder().setRandom(call.payload()).build()));
    List<CompletableFuture<byte[]>> answers = new ArrayList<>();
    for (int i = 1; i <= 100; i++) {
      int asked = i;
      answers.add(CompletableFuture.supplyAsync(() -> agent.identity(asked, soon()).random()));
    }

    for (int i = 1; i <= 100; i++) {
      assertThat(answers.get(i - 1).join()).containsExactly(8, i);
    }
  }

  @Test
  void anAnswerMayComeByteByByte() {
    fake.script(
        "GetMetrics",
        call -> {
          for (byte b : call.answerFrame(METRICS)) {
            call.send(new byte[] {b});
          }
        });

    assertThat(agent.metrics(soon())).isEqualTo("up 1\n");
  }

  @Test
  void theLargestAnswerTheProtocolAllowsIsRead() {
    String large = "m".repeat((4 << 20) - 32);
    fake.script("GetMetrics", call -> call.reply(Metrics.newBuilder().setMetrics(large).build()));

    assertThat(agent.metrics(soon())).isEqualTo(large);
  }

  @Test
  void theAgentGetsTheTimeLimitOfTheCall() {
    agent.metrics(Deadline.after(Duration.ofSeconds(20)));

    assertThat(fake.calls().get(0).request().getTimeoutNano())
        .isPositive()
        .isLessThanOrEqualTo(Duration.ofSeconds(20).toNanos());
  }

  @Test
  void aCallThatRanOutOfTimeLeavesTheConnectionUsableAndItsLateAnswerIsDropped() throws Exception {
    BlockingQueue<FakeAgent.Call> held = new LinkedBlockingQueue<>();
    fake.script("GetMetrics", held::add);

    assertThatExceptionOfType(DeadlineExceededException.class)
        .isThrownBy(() -> agent.metrics(Deadline.after(Duration.ofMillis(500))))
        .withMessageContaining("GetMetrics")
        .withMessageContaining(socket.toString());

    held.take().reply(METRICS);
    assertThat(agent.details(soon()).agentVersion()).isEqualTo("fake");
  }

  @Test
  void aRefusalKeepsItsCodeAndItsWords() {
    fake.refuse("OnlineCPUMem", 9, "no such cpu");

    assertThatExceptionOfType(GuestException.class)
        .isThrownBy(() -> agent.online(64, soon()))
        .withMessage("no such cpu")
        .matches(e -> e.code() == 9)
        .havingCause()
        .withMessageContaining("OnlineCPUMem")
        .withMessageContaining("no such cpu");
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 4, 9, 10, 11, 15})
  void theEndOfTheConnectionAtAnyByteFailsTheCallAndAllLaterOnes(int bytesBeforeTheEnd) {
    fake.script(
        "GetMetrics",
        call -> {
          call.send(Arrays.copyOf(call.answerFrame(METRICS), bytesBeforeTheEnd));
          call.hangUp();
        });

    assertThatExceptionOfType(GuestException.class)
        .isThrownBy(() -> agent.metrics(soon()))
        .withMessageContaining("connection is gone")
        .matches(e -> e.code() == GuestException.UNAVAILABLE);
    assertThatExceptionOfType(GuestException.class)
        .isThrownBy(() -> agent.awaitServing(soon()))
        .withMessageContaining("connection is gone");
  }

  @Test
  void theEndOfTheConnectionFailsEveryCallUnderWay() throws Exception {
    BlockingQueue<FakeAgent.Call> held = new LinkedBlockingQueue<>();
    fake.script("GetMetrics", held::add);
    var first = CompletableFuture.runAsync(() -> agent.metrics(soon()));
    var second = CompletableFuture.runAsync(() -> agent.metrics(soon()));
    held.take();
    held.take();

    fake.hangUp();

    assertThatThrownBy(first::join).hasCauseInstanceOf(GuestException.class);
    assertThatThrownBy(second::join).hasCauseInstanceOf(GuestException.class);
  }

  @Test
  void aFrameLargerThanTheProtocolAllowsBreaksTheConnection() {
    byte[] header = {0, 0x40, 0, 1, 0, 0, 0, 1, 2, 0};
    fake.script("GetMetrics", call -> call.send(header));

    assertThatThrownBy(() -> agent.metrics(soon())).hasMessageContaining("frame of 4194305 bytes");
    assertThatThrownBy(() -> agent.awaitServing(soon()))
        .isInstanceOf(GuestException.class)
        .hasMessageContaining("frame of 4194305 bytes");
  }

  @Test
  void whatIsNoAnswerBreaksTheConnection() {
    fake.script(
        "GetMetrics",
        call -> call.send("HTTP/1.1 400 Bad Request".getBytes(StandardCharsets.US_ASCII)));

    assertThatThrownBy(() -> agent.metrics(soon())).hasMessageContaining("not an answer");
  }

  @Test
  void anAnswerThatIsNoMessageBreaksTheConnection() {
    fake.script(
        "GetMetrics",
        call -> call.send(FakeAgent.frame(2, call.stream(), new byte[] {(byte) 0xff, 1, 2})));

    assertThatThrownBy(() -> agent.metrics(soon()))
        .isInstanceOf(GuestException.class)
        .hasMessageContaining("cannot be read");
  }

  @Test
  void anAnswerToAnEarlierConnectionIsNotTakenForOneOfThisOne() {
    fake.script(
        "GetMetrics",
        call -> {
          Metrics stale = Metrics.newBuilder().setMetrics("stale").build();
          byte[] wrong = call.answerFrame(stale);
          wrong[7] ^= 2;
          call.send(wrong);
          call.reply(METRICS);
        });

    assertThat(agent.metrics(soon())).isEqualTo("up 1\n");
  }

  @Test
  void aConnectionClosedHereFailsLaterCalls() {
    agent.close();

    assertThatThrownBy(() -> agent.awaitServing(soon()))
        .isInstanceOf(GuestException.class)
        .hasMessageContaining("closed by this side");
  }

  @Test
  void entropyAndNamesAreSentWithoutWaitingForEachOther() throws Exception {
    BlockingQueue<FakeAgent.Call> held = new LinkedBlockingQueue<>();
    for (String method : List.of("ReseedRandomDev", "SetIdentity")) {
      fake.script(method, held::add);
    }
    Uniqueness unique = unique();
    var done = CompletableFuture.runAsync(() -> agent.makeUnique(unique, soon()));

    List<FakeAgent.Call> both = List.of(held.take(), held.take());

    assertThat(both)
        .extracting(FakeAgent.Call::method)
        .containsExactly("ReseedRandomDev", "SetIdentity");
    assertThat(ReseedRandomDevRequest.parseFrom(both.get(0).payload()).getData().toByteArray())
        .isEqualTo(unique.entropy())
        .hasSize(512);
    both.get(1).reply(Empty.getDefaultInstance());
    assertThat(done).isNotDone();
    both.get(0).reply(Empty.getDefaultInstance());
    done.get();
    assertThat(fake.methods()).endsWith("SetGuestDateTime", "ReseedRandomDev", "SetIdentity");
  }

  @Test
  void theClockIsSetAgainWhenTheGuestWasSlowToTakeIt() {
    agent.makeUnique(unique(new SlowlyTakenClock(1, Duration.ofMillis(40))), soon());

    assertThat(clocksSet()).hasSizeGreaterThanOrEqualTo(2);
  }

  @Test
  void aClockThatIsAlwaysALittleLateIsTakenInTheEnd() {
    agent.makeUnique(unique(new SlowlyTakenClock(20, Duration.ofMillis(26))), soon());

    assertThat(clocksSet()).hasSizeGreaterThanOrEqualTo(5);
  }

  @Test
  void aGuestWhoseClockCannotBeSetInTimeIsNotUnique() {
    SlowlyTakenClock tooSlow = new SlowlyTakenClock(20, Duration.ofMillis(51));

    assertThatExceptionOfType(GuestException.class)
        .isThrownBy(() -> agent.makeUnique(unique(tooSlow), soon()))
        .withMessageContaining("not unique: its clock could not be set within 50 ms")
        .matches(e -> e.code() == GuestException.UNAVAILABLE);
    assertThat(clocksSet()).hasSize(20);
  }

  @Test
  void aClockThatIsLateForLongIsTriedUntilItIsNot() {
    agent.makeUnique(unique(new SlowlyTakenClock(10, Duration.ofMillis(51))), soon());

    assertThat(clocksSet()).hasSizeGreaterThan(10);
  }

  private static Uniqueness unique(WallClock clock) {
    return Uniqueness.fresh(clock, "slow", VmId.random());
  }

  private List<String> clocksSet() {
    return fake.methods().stream().filter("SetGuestDateTime"::equals).toList();
  }

  /** A clock whose first readings are old by the time they are sent, as on a busy host. */
  private static final class SlowlyTakenClock implements WallClock {
    private final Duration late;
    private int lateReadings;

    SlowlyTakenClock(int lateReadings, Duration late) {
      this.lateReadings = lateReadings;
      this.late = late;
    }

    @Override
    public Instant now() {
      Deadline sent = Deadline.after(late);
      while (lateReadings > 0 && !sent.passed()) {
        LockSupport.parkNanos(sent.remaining().toNanos());
      }
      lateReadings--;
      return WallClock.system().now();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"ReseedRandomDev", "SetGuestDateTime", "SetIdentity"})
  void aGuestThatRefusesOneOfThemIsNotUnique(String method) {
    fake.refuse(method, GuestException.UNIMPLEMENTED, "not here");

    assertThatExceptionOfType(GuestException.class)
        .isThrownBy(() -> agent.makeUnique(unique(), soon()))
        .withMessageContaining("not unique")
        .withMessageContaining(method)
        .matches(e -> e.code() == GuestException.UNIMPLEMENTED);
  }

  @ParameterizedTest
  @ValueSource(strings = {"ReseedRandomDev", "SetGuestDateTime", "SetIdentity"})
  void aGuestThatDoesNotAcknowledgeOneOfThemIsNotUnique(String method) {
    fake.hang(method);

    assertThatExceptionOfType(DeadlineExceededException.class)
        .isThrownBy(() -> agent.makeUnique(unique(), Deadline.after(HANG)))
        .withMessageContaining(method);
  }

  @Test
  void clockAndNameOfAWakingGuestAreSentWithoutWaitingForEachOther() throws Exception {
    BlockingQueue<FakeAgent.Call> held = new LinkedBlockingQueue<>();
    fake.script("SetIdentity", held::add);
    var done =
        CompletableFuture.runAsync(
            () -> agent.startWake(WallClock.system(), "vm-2", soon()).await());

    FakeAgent.Call name = held.take();

    assertThat(fake.methods()).containsExactly("Check", "SetGuestDateTime", "SetIdentity");
    assertThat(done).isNotDone();
    name.reply(Empty.getDefaultInstance());
    done.get();
    assertThat(SetIdentityRequest.parseFrom(name.payload()))
        .isEqualTo(SetIdentityRequest.newBuilder().setHostname("vm-2").build());
  }

  @Test
  void aGuestThatHasAnsweredHereIsNotGreetedAgain() {
    agent.awaitServing(soon());
    agent.startWake(WallClock.system(), "", soon()).await();

    assertThat(fake.methods()).startsWith("Check", "SetGuestDateTime");
    assertThat(fake.methods()).containsOnlyOnce("Check");
  }

  @Test
  void aGuestIsLetRunWhenItsWakingIsOnItsWay() {
    CompletableFuture<FakeAgent.Call> arrived = new CompletableFuture<>();
    fake.script("SetGuestDateTime", arrived::complete);

    GuestAgent.Answer answer = agent.startWake(WallClock.system(), "", soon());
    soon().await(arrived, "the clock").reply(Empty.getDefaultInstance());
    answer.await();

    assertThat(fake.methods()).startsWith("Check", "SetGuestDateTime");
  }

  @Test
  void aGuestThatCannotBeLetRunIsNotWaitedFor() {
    fake.hang("SetGuestDateTime");

    assertThatThrownBy(
            () -> {
              agent.startWake(WallClock.system(), "", soon());
              throw new IllegalStateException("the VM is gone");
            })
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("the VM is gone");
    assertThat(clocksSet()).hasSizeLessThanOrEqualTo(1);
  }

  @Test
  void aGuestThatWakesSlowlyGetsTheTimeAgainButNotItsName() {
    agent.startWake(new SlowlyTakenClock(1, Duration.ofMillis(40)), "vm-2", soon()).await();

    assertThat(clocksSet()).hasSizeGreaterThanOrEqualTo(2);
    assertThat(fake.methods()).containsOnlyOnce("SetIdentity");
  }

  @Test
  void aGuestWhoseClockCannotBeSetInTimeIsNotAwake() {
    SlowlyTakenClock tooSlow = new SlowlyTakenClock(20, Duration.ofMillis(51));

    assertThatExceptionOfType(GuestException.class)
        .isThrownBy(() -> agent.startWake(tooSlow, "", soon()).await())
        .withMessageContaining("not awake: its clock could not be set within 50 ms")
        .matches(e -> e.code() == GuestException.UNAVAILABLE);
    assertThat(clocksSet()).hasSize(20);
  }

  @ParameterizedTest
  @ValueSource(strings = {"SetGuestDateTime", "SetIdentity"})
  void aGuestThatRefusesToBeWokenIsNotAwake(String method) {
    fake.refuse(method, GuestException.UNIMPLEMENTED, "not here");

    assertThatExceptionOfType(GuestException.class)
        .isThrownBy(() -> agent.startWake(WallClock.system(), "vm-2", soon()).await())
        .withMessageContaining("not awake")
        .withMessageContaining(method)
        .matches(e -> e.code() == GuestException.UNIMPLEMENTED);
  }

  @ParameterizedTest
  @ValueSource(strings = {"SetGuestDateTime", "SetIdentity"})
  void aGuestThatDoesNotAcknowledgeItsWakingIsGivenUpInTime(String method) {
    fake.hang(method);

    Deadline over = Deadline.after(HANG);
    assertThatExceptionOfType(DeadlineExceededException.class)
        .isThrownBy(() -> agent.startWake(WallClock.system(), "vm-2", over).await())
        .withMessageContaining(method);
  }

  @Test
  void aGuestWhoseConnectionBreaksIsNotAwake() {
    fake.script("SetGuestDateTime", FakeAgent.Call::hangUp);

    assertThatExceptionOfType(GuestException.class)
        .isThrownBy(() -> agent.startWake(WallClock.system(), "", soon()).await())
        .withMessageContaining("not awake")
        .withMessageContaining("connection is gone")
        .matches(e -> e.code() == GuestException.UNAVAILABLE);
  }
}
