package io.vmfactory.guest.ttrpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.google.protobuf.ByteString;
import io.vmfactory.api.guest.v1.ForgetCallRequest;
import io.vmfactory.api.guest.v1.ForgetCallResponse;
import io.vmfactory.api.kata.ReadStreamResponse;
import io.vmfactory.api.kata.WaitProcessRequest;
import io.vmfactory.api.kata.WaitProcessResponse;
import io.vmfactory.configs.time.Deadline;
import io.vmfactory.guest.FakeAgent;
import io.vmfactory.guest.GuestAgent;
import io.vmfactory.guest.GuestException;
import io.vmfactory.guest.GuestProcesses.Output;
import io.vmfactory.guest.ProcessRef;
import io.vmfactory.linux.PathLock;
import io.vmfactory.linux.StreamSockets;
import io.vmfactory.ttrpc.Frame;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The relay in C, between this client and a scripted agent with two ports. */
final class AgentRelayTest {
  private static final ProcessRef WEB = ProcessRef.first("web");
  private static final int MANY = 100;
  private static final int FORGOTTEN = 5;

  private static Path relay;
  private final StreamSockets sockets = new StreamSockets();
  private final List<AutoCloseable> open = new ArrayList<>();
  private TtrpcAgents agents;
  private List<Path> ports;
  private FakeAgent first;
  private FakeAgent shared;

  @BeforeAll
  static void build(@TempDir Path folder) throws Exception {
    relay = RelayProgram.build(folder);
  }

  @BeforeEach
  void listen(@TempDir Path dir) throws IOException {
    agents = new TtrpcAgents(sockets, relay);
    ports = List.of(dir.resolve("agent.sock"), dir.resolve("agent.1.sock"));
    first = FakeAgent.listen(ports.get(0));
    shared = FakeAgent.listen(ports.get(1));
    shared.script("ForgetCall", call -> call.reply(ForgetCallResponse.getDefaultInstance()));
  }

  /** The end of the last client is the end of the relay, which then gives up its port. */
  @AfterEach
  void close() throws Exception {
    for (AutoCloseable each : open) {
      each.close();
    }
    sockets.close();
    Path lock = ports.get(1).resolveSibling("agent.1.sock.lock");
    PathLock.lock(List.of(lock), "the end of the relay", soon()).close();
    assertThat(AgentRelay.socket(ports.get(1))).doesNotExist();
    first.close();
    shared.close();
  }

  private static Deadline soon() {
    return Deadline.after(Duration.ofSeconds(30));
  }

  private GuestAgent connect() {
    GuestAgent agent = agents.connect(ports, soon());
    open.add(agent);
    return agent;
  }

  /** Takes the port that needs no relay. */
  private void takeFirst() {
    connect().awaitServing(soon());
    assertThat(first.methods()).containsExactly("Check");
  }

  private RawConnection raw() throws IOException {
    RawConnection raw = new RawConnection(AgentRelay.socket(ports.get(1)));
    open.add(raw);
    return raw;
  }

  private BlockingQueue<FakeAgent.Call> held(String method) {
    BlockingQueue<FakeAgent.Call> calls = new LinkedBlockingQueue<>();
    shared.script(method, calls::add);
    return calls;
  }

  private static FakeAgent.Call next(BlockingQueue<FakeAgent.Call> calls)
      throws InterruptedException {
    return calls.poll(30, TimeUnit.SECONDS);
  }

  @Test
  void waitingClientsHoldUpNoOtherAndEachGetsItsOwnAnswer() throws Exception {
    takeFirst();
    var waits = held("WaitProcess");
    List<CompletableFuture<Integer>> exits =
        IntStream.range(0, MANY)
            .mapToObj(i -> connect().processes().exit(ProcessRef.first("web" + i)))
            .map(exit -> exit.toCompletableFuture())
            .toList();
    List<FakeAgent.Call> calls = new ArrayList<>();
    for (int i = 0; i < MANY; i++) {
      calls.add(next(waits));
    }
    assertThat(calls).extracting(FakeAgent.Call::stream).doesNotHaveDuplicates();

    connect().awaitServing(soon());
    assertThat(exits).noneMatch(CompletableFuture::isDone);

    Collections.shuffle(calls, new Random(1));
    for (FakeAgent.Call call : calls) {
      String id = WaitProcessRequest.parseFrom(call.payload()).getContainerId();
      int status = Integer.parseInt(id.substring(3));
      call.reply(WaitProcessResponse.newBuilder().setStatus(status).build());
    }
    for (int i = 0; i < MANY; i++) {
      assertThat(soon().await(exits.get(i), "an exit")).isEqualTo(i);
    }
  }

  @Test
  void theRelayGreetsTheAgentFirst() {
    takeFirst();
    shared.script("GetMetrics", call -> call.refuse(FORGOTTEN, "as asked"));

    assertThatExceptionOfType(GuestException.class).isThrownBy(() -> connect().metrics(soon()));

    assertThat(shared.methods()).containsExactly("Check", "GetMetrics");
  }

  @Test
  void theAgentForgetsTheWaitingCallsOfAClientThatHasGone() throws Exception {
    takeFirst();
    connect().awaitServing(soon());
    var waits = held("WaitProcess");
    var reads = held("ReadStdout");
    var forgotten = held("ForgetCall");
    GuestAgent goes = connect();
    goes.processes().exit(WEB);
    goes.processes().read(WEB, Output.STDOUT, 100);
    FakeAgent.Call wait = next(waits);
    FakeAgent.Call read = next(reads);

    goes.close();

    List<Integer> streams = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      FakeAgent.Call call = next(forgotten);
      streams.add(ForgetCallRequest.parseFrom(call.payload()).getStream());
      call.reply(ForgetCallResponse.getDefaultInstance());
    }
    assertThat(streams).containsExactlyInAnyOrder(wait.stream(), read.stream());

    // An answer that was under way reaches no other client.
    read.reply(ReadStreamResponse.newBuilder().setData(ByteString.copyFromUtf8("late")).build());
    var stays = connect().processes().read(WEB, Output.STDOUT, 100).toCompletableFuture();
    next(reads)
        .reply(ReadStreamResponse.newBuilder().setData(ByteString.copyFromUtf8("new")).build());
    assertThat(soon().await(stays, "data")).asString().isEqualTo("new");
  }

  @Test
  void aClientThatEndsInTheMiddleOfARequestLeavesNothingOfIt() throws Exception {
    takeFirst();
    GuestAgent other = connect();
    other.awaitServing(soon());
    byte[] request = RawConnection.request(7, "grpc.Health", "Check");
    for (int cut = 1; cut < request.length; cut++) {
      try (RawConnection half = new RawConnection(AgentRelay.socket(ports.get(1)))) {
        half.send(Arrays.copyOf(request, cut));
      }
      other.awaitServing(soon());
    }
  }

  @Test
  void whatTheAgentRefusesTheRelayRefuses() throws Exception {
    takeFirst();
    connect().awaitServing(soon());
    RawConnection raw = raw();
    byte[] large = FakeAgent.frame(Frame.REQUEST, 5, new byte[(4 << 20) + 1]);
    raw.send(large);
    RawConnection.Answer refused = raw.read();
    assertThat(refused.stream()).isEqualTo(5);
    assertThat(refused.code()).isEqualTo(8);
    assertThat(refused.response().getStatus().getMessage()).contains("4 MiB");
    raw.send(RawConnection.request(6, "grpc.Health", "Check"));
    assertThat(raw.read().code()).as("an even stream id").isEqualTo(3);
    raw.send(RawConnection.request(9, "grpc.Health", "Check"));
    assertThat(raw.read().stream()).isEqualTo(9);
  }

  @Test
  void aClientThatDoesNotReadHoldsUpNoOther() throws Exception {
    takeFirst();
    byte[] data = new byte[1 << 20];
    new Random(3).nextBytes(data);
    var answer = ReadStreamResponse.newBuilder().setData(ByteString.copyFrom(data)).build();
    shared.script("ReadStdout", call -> call.reply(answer));
    GuestAgent other = connect();
    other.awaitServing(soon());
    RawConnection lazy = raw();
    for (int i = 0; i < 8; i++) {
      lazy.send(RawConnection.request(2 * i + 1, "grpc.AgentService", "ReadStdout"));
    }

    for (int i = 0; i < 20; i++) {
      var read = other.processes().read(WEB, Output.STDOUT, data.length);
      assertThat(soon().await(read, "data")).isEqualTo(data);
    }

    for (int i = 0; i < 8; i++) {
      RawConnection.Answer late = lazy.read();
      assertThat(late.stream()).isEqualTo(2 * i + 1);
      assertThat(late.response().getPayload().size()).isGreaterThan(data.length);
    }
  }

  /**
   * The last client leaves while others come: each of them is served, by this relay or the next.
   */
  @Test
  void clientsThatComeWhileTheLastOneLeavesAreServed() throws Exception {
    takeFirst();
    List<CompletableFuture<Void>> workers =
        IntStream.range(0, 4)
            .mapToObj(
                i -> CompletableFuture.runAsync(this::comeAndGo, task -> new Thread(task).start()))
            .toList();
    for (var worker : workers) {
      soon().await(worker, "a client");
    }
  }

  private void comeAndGo() {
    for (int i = 0; i < MANY; i++) {
      try (GuestAgent agent = agents.connect(ports, soon())) {
        agent.awaitServing(soon());
      }
    }
  }

  @Test
  void theEndOfTheVmEndsTheRelay() throws Exception {
    takeFirst();
    var waits = held("WaitProcess");
    GuestAgent agent = connect();
    var exit = agent.processes().exit(WEB).toCompletableFuture();
    next(waits);

    shared.close();

    soon().await(agent.gone(), "the end");
    assertThatExceptionOfType(GuestException.class).isThrownBy(() -> soon().await(exit, "its end"));
    assertThatExceptionOfType(GuestException.class)
        .isThrownBy(this::connect)
        .withMessageContaining("cannot connect to " + ports.get(1));
  }
}
