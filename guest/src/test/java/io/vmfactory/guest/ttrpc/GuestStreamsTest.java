package io.vmfactory.guest.ttrpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import io.vmfactory.api.kata.ReadStreamRequest;
import io.vmfactory.api.kata.ReadStreamResponse;
import io.vmfactory.api.kata.WaitProcessResponse;
import io.vmfactory.api.kata.WriteStreamRequest;
import io.vmfactory.api.kata.WriteStreamResponse;
import io.vmfactory.guest.FakeAgent;
import io.vmfactory.guest.GuestException;
import io.vmfactory.guest.GuestProcesses.Output;
import io.vmfactory.guest.ProcessRef;
import io.vmfactory.guest.SandboxRequest;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Calls without a time limit, and streams, with a scripted agent. */
final class GuestStreamsTest extends ScriptedAgentTest {
  private static final ProcessRef WEB = ProcessRef.first("web");

  private BlockingQueue<FakeAgent.Call> held(String method) {
    BlockingQueue<FakeAgent.Call> calls = new LinkedBlockingQueue<>();
    fake.script(method, calls::add);
    return calls;
  }

  private static FakeAgent.Call next(BlockingQueue<FakeAgent.Call> calls)
      throws InterruptedException {
    return calls.poll(30, TimeUnit.SECONDS);
  }

  private static Message bytes(byte... data) {
    return ReadStreamResponse.newBuilder().setData(ByteString.copyFrom(data)).build();
  }

  // --- calls without a time limit

  @Test
  void waitingAndReadingHoldUpNothingAndEndInTheirOwnOrder() throws Exception {
    var waits = held("WaitProcess");
    var reads = held("ReadStdout");
    var errors = held("ReadStderr");
    var exit = agent.processes().exit(WEB).toCompletableFuture();
    var out = agent.processes().read(WEB, Output.STDOUT, 100).toCompletableFuture();
    var err = agent.processes().read(WEB, Output.STDERR, 7).toCompletableFuture();

    agent.awaitServing(soon());
    assertThat(List.of(exit, out, err)).noneMatch(stage -> stage.isDone());
    next(errors).reply(bytes((byte) 0, (byte) 0xff));
    assertThat(await(err)).containsExactly(0, 0xff);
    next(waits).reply(WaitProcessResponse.newBuilder().setStatus(137).build());
    assertThat(await(exit)).isEqualTo(137);
    FakeAgent.Call read = next(reads);
    assertThat(ReadStreamRequest.parseFrom(read.payload()))
        .isEqualTo(
            ReadStreamRequest.newBuilder()
                .setContainerId("web")
                .setExecId("web")
                .setLen(100)
                .build());
    read.reply(bytes());
    assertThat(await(out)).isEmpty();
  }

  @Test
  void theAgentLearnsThatThereIsNoTimeLimit() throws Exception {
    var waits = held("WaitProcess");
    agent.processes().exit(WEB);

    assertThat(next(waits).request().getTimeoutNano()).isZero();
  }

  @Test
  void manyStreamsOverOneConnectionKeepTheirBytesApart() throws Exception {
    BlockingQueue<FakeAgent.Call> reads = held("ReadStdout");
    List<CompletionStage<byte[]>> stages = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      stages.add(agent.processes().read(new ProcessRef("web", "e" + i), Output.STDOUT, 10));
    }
    List<FakeAgent.Call> calls = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      calls.add(next(reads));
    }
    Collections.shuffle(calls, new Random(1));
    for (FakeAgent.Call call : calls) {
      String exec = ReadStreamRequest.parseFrom(call.payload()).getExecId();
      call.reply(bytes(exec.getBytes(StandardCharsets.US_ASCII)));
    }

    for (int i = 0; i < 200; i++) {
      assertThat(await(stages.get(i))).asString().isEqualTo("e" + i);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 9, 10, 11, 400_000})
  void aConnectionThatBreaksInTheMiddleOfAStreamFailsAllThatWaits(int bytesBeforeTheEnd)
      throws Exception {
    var reads = held("ReadStdout");
    fake.hang("WaitProcess").hang("GetOOMEvent");
    var exit = agent.processes().exit(WEB);
    var oom = agent.sandbox().nextOom();
    var read = agent.processes().read(WEB, Output.STDOUT, 1 << 20);
    FakeAgent.Call call = next(reads);

    call.send(Arrays.copyOf(call.answerFrame(bytes(new byte[1 << 20])), bytesBeforeTheEnd));
    call.hangUp();

    for (CompletionStage<?> stage : List.of(read, exit, oom)) {
      assertThatExceptionOfType(GuestException.class)
          .isThrownBy(() -> await(stage))
          .withMessageContaining("connection is gone")
          .matches(e -> e.code() == GuestException.UNAVAILABLE);
    }
    assertThatExceptionOfType(GuestException.class)
        .isThrownBy(() -> await(agent.processes().exit(WEB)))
        .withMessageContaining("connection is gone");
  }

  @ParameterizedTest
  @ValueSource(
      ints = {
        GuestException.NOT_FOUND,
        GuestException.ALREADY_EXISTS,
        GuestException.PERMISSION_DENIED,
        GuestException.FAILED_PRECONDITION
      })
  void aRefusalKeepsItsCodeWhetherItIsAwaitedOrThrown(int code) {
    fake.refuse("StartContainer", code, "no such program: frob");
    fake.refuse("WaitProcess", code, "no such process");

    assertThatExceptionOfType(GuestException.class)
        .isThrownBy(() -> agent.containers().start("web", soon()))
        .withMessageContaining("no such program: frob")
        .matches(e -> e.code() == code);
    assertThatExceptionOfType(GuestException.class)
        .isThrownBy(() -> await(agent.processes().exit(WEB)))
        .withMessageContaining("no such process")
        .matches(e -> e.code() == code);
  }

  @Test
  void closingTheAgentFailsWhatWaits() throws Exception {
    var reads = held("ReadStdout");
    var read = agent.processes().read(WEB, Output.STDOUT, 1);
    next(reads);

    agent.close();

    assertThatExceptionOfType(GuestException.class)
        .isThrownBy(() -> await(read))
        .withMessageContaining("closed by this side");
  }

  // --- streams

  @Test
  void aMegabyteGoesAndComesUnchanged() throws Exception {
    byte[] data = new byte[1 << 20];
    new Random(7).nextBytes(data);
    fake.script(
        "WriteStdin",
        call -> {
          ByteString got = WriteStreamRequest.parseFrom(call.payload()).getData();
          answer("ReadStdout", ReadStreamResponse.newBuilder().setData(got).build());
          call.reply(WriteStreamResponse.newBuilder().setLen(got.size()).build());
        });

    assertThat(await(agent.processes().write(WEB, data))).isEqualTo(data.length);
    assertThat(await(agent.processes().read(WEB, Output.STDOUT, data.length))).isEqualTo(data);
  }

  @Test
  void answersThatComeInOnePieceAreTakenApart() throws Exception {
    var reads = held("ReadStdout");
    List<CompletionStage<byte[]>> stages = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      stages.add(agent.processes().read(WEB, Output.STDOUT, 10));
    }
    var all = new ByteArrayOutputStream();
    FakeAgent.Call call;
    byte i = 0;
    do {
      call = next(reads);
      all.writeBytes(call.answerFrame(i == 1 ? bytes() : bytes(i)));
    } while (++i < 3);
    call.send(all.toByteArray());

    assertThat(await(stages.get(0))).containsExactly(0);
    assertThat(await(stages.get(1))).isEmpty();
    assertThat(await(stages.get(2))).containsExactly(2);
  }

  @Test
  void sizesThatTheProtocolDoesNotAllowAreRefusedBeforeTheyAreSent() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> agent.processes().read(WEB, Output.STDOUT, 0));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> agent.processes().read(WEB, Output.STDOUT, (1 << 20) + 1));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> agent.processes().write(WEB, new byte[(1 << 20) + 1]))
        .withMessageContaining("1048577 bytes");
    SandboxRequest huge = new SandboxRequest("s", "x".repeat(4 << 20), List.of(), List.of(), false);
    assertThatExceptionOfType(GuestException.class)
        .isThrownBy(() -> agent.sandbox().create(huge, soon()))
        .withMessageContaining("CreateSandbox")
        .withMessageContaining("the protocol allows")
        .matches(e -> e.code() == GuestException.RESOURCE_EXHAUSTED);
    assertThat(fake.methods()).isEmpty();
  }
}
