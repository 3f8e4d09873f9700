package io.vmfactory.guest.ttrpc;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.guest.ContainerRequest;
import io.vmfactory.guest.GuestAgent;
import io.vmfactory.guest.GuestException;
import io.vmfactory.guest.GuestFile;
import io.vmfactory.guest.GuestProcesses.Output;
import io.vmfactory.guest.ProcessRef;
import io.vmfactory.guest.SandboxRequest;
import io.vmfactory.guest.oci.OciSpec;
import io.vmfactory.linux.PathLock;
import io.vmfactory.linux.StreamSockets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Many clients of one real agent at once, most of which wait. Each has a connection of its own. */
@Tag("qemu")
@Timeout(300)
final class ManyClientsIT {
  private static final String ROOT = "/run/rootfs";
  private static final String CONTAINER = "web";
  private static final int MANY = 200;

  private final StreamSockets sockets = new StreamSockets();
  private final List<GuestAgent> clients = new ArrayList<>();
  private RealGuest guest;
  private TtrpcAgents agents;

  @BeforeEach
  void boot(@TempDir Path programs, @TempDir Path dir) throws Exception {
    agents = new TtrpcAgents(sockets, RelayProgram.build(programs));
    guest = new RealGuest(dir);
    GuestAgent agent = client();
    agent
        .sandbox()
        .create(new SandboxRequest("s", "pod", List.of(), List.of(), false), RealGuest.soon());
    byte[] busybox = Files.readAllBytes(Path.of("/usr/bin/busybox"));
    GuestFile file = new GuestFile(ROOT + "/bin/busybox", 0755, 0755, 0, 0, busybox);
    agent.sandbox().copyFile(file, RealGuest.soon());
    OciSpec spec =
        OciSpec.standard()
            .withRoot(ROOT, false)
            .with(p -> p.withArgs(List.of("/bin/busybox", "sleep", "100000")));
    agent
        .containers()
        .create(new ContainerRequest(CONTAINER, spec, List.of(), false), RealGuest.soon());
    agent.containers().start(CONTAINER, RealGuest.soon());
  }

  @AfterEach
  void end() {
    clients.forEach(GuestAgent::close);
    guest.close();
    sockets.close();
  }

  private GuestAgent client() {
    GuestAgent client = agents.connect(guest.ports(), RealGuest.soon());
    clients.add(client);
    client.awaitServing(RealGuest.soon());
    return client;
  }

  private static ProcessRef exec(GuestAgent client, String id, String script) {
    ProcessRef ref = new ProcessRef(CONTAINER, id);
    List<String> args = List.of("/bin/busybox", "sh", "-c", script);
    client
        .processes()
        .exec(
            ref,
            OciSpec.standard().process().withArgs(args),
            Deadline.after(Duration.ofMinutes(1)));
    return ref;
  }

  private static CompletableFuture<Integer> exit(GuestAgent client, ProcessRef process) {
    return client.processes().exit(process).toCompletableFuture();
  }

  private static CompletableFuture<byte[]> read(GuestAgent client, ProcessRef process) {
    return client.processes().read(process, Output.STDOUT, 65536).toCompletableFuture();
  }

  private static String output(GuestAgent client, ProcessRef process) {
    return new String(RealGuest.soon().await(read(client, process), "output"), UTF_8);
  }

  @Test
  void clientsThatWaitForTheirExecsHoldUpNoOther() {
    List<CompletableFuture<Integer>> exits = new ArrayList<>();
    List<CompletableFuture<byte[]>> reads = new ArrayList<>();
    for (int i = 0; i < MANY; i++) {
      GuestAgent client = client();
      ProcessRef process = exec(client, "wait" + i, "exec /bin/busybox sleep 100000");
      reads.add(read(client, process));
      exits.add(exit(client, process));
    }

    GuestAgent further = client();
    ProcessRef echo = exec(further, "echo", "echo at once; exit 7");
    assertThat(output(further, echo)).isEqualTo("at once\n");
    assertThat(RealGuest.soon().await(exit(further, echo), "the exit")).isEqualTo(7);
    assertThat(further.containers().processes(CONTAINER, RealGuest.soon())).hasSize(MANY + 1);
    assertThat(exits).noneMatch(CompletableFuture::isDone);
    assertThat(reads).noneMatch(CompletableFuture::isDone);

    client().processes().signalAll(CONTAINER, 9, RealGuest.soon());

    for (int i = 0; i < MANY; i++) {
      assertThat(RealGuest.soon().await(exits.get(i), "an exit")).isEqualTo(137);
      assertThat(RealGuest.soon().await(reads.get(i), "an end")).isEmpty();
    }
  }

  /** Leaves with waiting calls; the next client reads on where the output stands. */
  @Test
  void aClientThatGoesLeavesItsStreamsAndItsPortToOthers() throws Exception {
    for (int i = clients.size(); i < guest.ports().size() - 1; i++) {
      client(); // takes a port, so that the next one needs the relay
    }
    GuestAgent goes = client();
    GuestAgent stays = client();
    ProcessRef process =
        exec(goes, "talker", "read line; echo $line; exec /bin/busybox sleep 100000");
    List<CompletableFuture<?>> unused = List.of(exit(goes, process), read(goes, process));
    assertThatExceptionOfType(GuestException.class)
        .isThrownBy(() -> output(stays, process))
        .withMessageContaining("another call already waits");

    goes.close();

    GuestAgent next = client();
    CompletableFuture<byte[]> read = readWhenFree(next, process);
    next.processes().write(process, "one\n".getBytes(UTF_8));
    assertThat(RealGuest.soon().await(read, "output")).asString(UTF_8).isEqualTo("one\n");

    stays.close();
    next.close();
    Path last = guest.ports().get(guest.ports().size() - 1);
    Path lock = last.resolveSibling(last.getFileName() + ".lock");
    PathLock.lock(List.of(lock), "the relay's end", RealGuest.soon()).close();
    assertThat(AgentRelay.socket(last)).doesNotExist();
  }

  /** The end of a connection and the first call of the next one reach the relay in any order. */
  private static CompletableFuture<byte[]> readWhenFree(GuestAgent client, ProcessRef process) {
    Deadline limit = RealGuest.soon();
    while (true) {
      limit.check("the stream to be free");
      CompletableFuture<byte[]> read = read(client, process);
      client.awaitServing(limit); // a refusal has arrived before this answer
      if (!read.isCompletedExceptionally()) {
        return read;
      }
    }
  }
}
