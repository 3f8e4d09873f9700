package io.vmfactory.guest.ttrpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.configs.time.DeadlineExceededException;
import io.vmfactory.guest.FakeAgent;
import io.vmfactory.guest.GuestAgent;
import io.vmfactory.guest.GuestException;
import io.vmfactory.linux.StreamSockets;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.FileChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One agent with two ports, and several clients for them, in this process and in others. */
final class AgentPortsTest {
  private final StreamSockets sockets = new StreamSockets();
  private final TtrpcAgents agents = new TtrpcAgents(sockets);
  private final List<AutoCloseable> open = new ArrayList<>();
  private List<Path> ports;
  private FakeAgent first;
  private FakeAgent second;

  /**
   * Tries to lock its arguments' files, prints the results, and holds the locks until it is ended.
   */
  static final class OtherProcess {
    static final int LOCKED = 'L';
    static final int BUSY = 'B';

    private OtherProcess() {}

    public static void main(String[] files) throws IOException {
      int outcome = LOCKED;
      for (String file : files) {
        FileChannel channel =
            FileChannel.open(Path.of(file), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        outcome = channel.tryLock() == null ? BUSY : outcome;
      }
      System.out.write(outcome);
      System.out.flush();
      Runtime.getRuntime().halt(System.in.read());
    }
  }

  @BeforeEach
  void listen(@TempDir Path dir) throws IOException {
    ports = List.of(dir.resolve("agent.sock"), dir.resolve("agent.1.sock"));
    first = FakeAgent.listen(ports.get(0));
    second = FakeAgent.listen(ports.get(1));
  }

  @AfterEach
  void close() throws Exception {
    for (AutoCloseable each : open) {
      each.close();
    }
    first.close();
    second.close();
    sockets.close();
  }

  private GuestAgent connect(Duration limit) {
    GuestAgent agent = agents.connect(ports, Deadline.after(limit));
    open.add(agent);
    return agent;
  }

  private GuestAgent connect() {
    return connect(Duration.ofSeconds(30));
  }

  private Process otherProcess(Path... taken) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xshare:auto", "-XX:TieredStopAtLevel=1", "-cp"));
    command.addAll(List.of(System.getProperty("java.class.path"), OtherProcess.class.getName()));
    for (Path port : taken) {
      command.add(port + ".lock");
    }
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    open.add(process::destroyForcibly);
    return process;
  }

  private static Deadline soon() {
    return Deadline.after(Duration.ofSeconds(30));
  }

  @Test
  void eachConnectionGetsAPortOfItsOwnWhileThereAreSome() {
    connect().awaitServing(soon());
    connect().awaitServing(soon());

    assertThat(first.methods()).containsExactly("Check");
    assertThat(second.methods()).containsExactly("Check");
    assertThatExceptionOfType(DeadlineExceededException.class)
        .isThrownBy(() -> connect(Duration.ofMillis(20)))
        .withMessageContaining("a free port of the agent");
  }

  @Test
  void whoWaitsGetsThePortThatIsGivenBack() {
    GuestAgent one = connect();
    GuestAgent two = connect();
    var third = CompletableFuture.supplyAsync(this::connect);
    var fourth = CompletableFuture.supplyAsync(this::connect);

    one.close();
    two.close();

    soon().await(third, "a port").close();
    soon().await(fourth, "a port").awaitServing(soon());
  }

  @Test
  void aPortThatAnotherProcessHasIsLeftToIt() throws Exception {
    Process other = otherProcess(ports.get(0));
    assertThat(other.getInputStream().read()).isEqualTo(OtherProcess.LOCKED);

    connect().awaitServing(soon());

    assertThat(first.methods()).isEmpty();
    assertThat(second.methods()).containsExactly("Check");
  }

  @Test
  void aFailedTryForAPortDoesNotGiveUpTheLockThatThisProcessHas() throws Exception {
    connect();
    connect();
    assertThatExceptionOfType(DeadlineExceededException.class)
        .isThrownBy(() -> connect(Duration.ofMillis(1)));

    Process other = otherProcess(ports.get(0));

    assertThat(other.getInputStream().read()).isEqualTo(OtherProcess.BUSY);
  }

  @Test
  void thePortOfAProcessThatDiesIsFree() throws Exception {
    Process other = otherProcess(ports.toArray(Path[]::new));
    assertThat(other.getInputStream().read()).isEqualTo(OtherProcess.LOCKED);
    assertThatExceptionOfType(DeadlineExceededException.class)
        .isThrownBy(() -> connect(Duration.ofMillis(20)));
    var waiting = CompletableFuture.supplyAsync(this::connect);

    other.destroyForcibly();

    soon().await(waiting, "a port").awaitServing(soon());
  }

  @Test
  void aPortThatDoesNotAnswerIsLeftForAnother(@TempDir Path dir) throws IOException {
    Path silent = dir.resolve("silent.sock");
    try (ServerSocketChannel listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      listener.bind(UnixDomainSocketAddress.of(silent));
      try (GuestAgent agent = agents.greet(List.of(silent, ports.get(1), ports.get(0)), soon())) {
        assertThat(second.methods()).containsExactly("Check");
        assertThatExceptionOfType(DeadlineExceededException.class)
            .isThrownBy(() -> agents.greet(List.of(silent), Deadline.after(Duration.ofMillis(50))))
            .withMessageContaining("after 50 ms waiting for grpc.Health/Check");
        agent.awaitServing(soon());
      }
      connect().awaitServing(soon()); // no port is kept
      connect().awaitServing(soon());
    }
  }

  @Test
  void aPortWithoutAListenerIsNotKept() throws IOException {
    first.close();

    for (int i = 0; i < 2; i++) {
      assertThatExceptionOfType(GuestException.class)
          .isThrownBy(this::connect)
          .withMessageContaining(ports.get(0).toString());
    }
  }
}
