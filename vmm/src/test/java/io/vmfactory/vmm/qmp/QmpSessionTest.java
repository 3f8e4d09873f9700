package io.vmfactory.vmm.qmp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.configs.time.DeadlineExceededException;
import io.vmfactory.linux.StreamSockets;
import io.vmfactory.vmm.VmmException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class QmpSessionTest {
  private final StreamSockets sockets = new StreamSockets();
  private final QmpClient client = new QmpClient(sockets);
  private final Deadline deadline = Deadline.after(Duration.ofSeconds(20));
  private final BlockingQueue<QmpEvent> events = new LinkedBlockingQueue<>();
  private FakeQmpServer server;
  private QmpSession connecting;

  @BeforeEach
  void connect(@TempDir Path temp) throws IOException {
    Path path = temp.resolve("qmp.sock");
    server = new FakeQmpServer(path);
    connecting = client.connect(path, events::add);
    server.accept();
  }

  @AfterEach
  void close() throws IOException {
    server.close();
    sockets.close();
  }

  @Test
  void theSessionIsReadyOnceGreeted() throws IOException {
    assertThat(connecting.greeted().toCompletableFuture()).isNotDone();
    session();
  }

  @Test
  void commandsSentBeforeTheConnectionStandsAreNotLost() throws IOException {
    var first = connecting.send(QmpCommand.negotiate());
    connecting.send(QmpCommand.cont());
    assertThat(server.read()).contains("qmp_capabilities").endsWith("\"id\":1}");
    assertThat(server.read()).contains("cont").endsWith("\"id\":2}");
    server.write("{\"return\": {}, \"id\": 1}\r\n");
    deadline.await(first, "its reply");
  }

  @Test
  void repliesAreMatchedByIdWhateverTheirOrder() throws IOException {
    QmpSession session = session();
    var first = session.send(QmpCommand.cont()).toCompletableFuture();
    var second = session.send(QmpCommand.stop()).toCompletableFuture();
    assertThat(server.read()).isEqualTo("{\"execute\":\"cont\",\"id\":1}");
    assertThat(server.read()).isEqualTo("{\"execute\":\"stop\",\"id\":2}");
    server.write("{\"return\": {}, \"id\": 2}\r\n");
    deadline.await(second, "second");
    assertThat(first).isNotDone();
    server.write("{\"return\": {}, \"id\": 1}\r\n");
    deadline.await(first, "first");
  }

  @Test
  void repliesCutInPiecesAndEventsBetweenThemAreUnderstood() throws Exception {
    QmpSession session = session();
    var reply = session.send(QmpCommand.hotpluggableCpus());
    server.read();
    server.write("{\"event\": \"VSERPORT_CHANGE\", \"data\": {\"id\": \"agent\", \"op");
    server.write("en\": true}}\r\n{\"event\": \"STOP\"}\r\n{\"event\": \"MIGRATION\",");
    server.write(" \"data\": {\"status\": \"completed\"}}\r\n{\"return\": [{\"type\": \"t\",");
    server.write("\"vcpus-count\": 1, \"props\": {\"core-id\": 3}}], \"id\": 1}\r\n");
    assertThat(deadline.await(reply, "reply"))
        .isEqualTo(List.of(new QmpCommand.CpuSlot("t", new QmpCommand.CpuPlace(0, 0, 3, 0), null)));
    server.write("{\"event\": \"ACPI_DEVICE_OST\", \"data\": {\"info\": {\"device\": \"dimm1\",");
    server.write("\"source\": 1, \"status\": 0, \"slot\": \"0\", \"slot-type\": \"DIMM\"}}}\r\n");
    server.write("{\"event\": \"ACPI_DEVICE_OST\", \"data\": {\"info\": {\"source\": 1,");
    server.write("\"status\": 1, \"slot\": \"3\", \"slot-type\": \"CPU\"}}}\r\n");
    assertThat(next()).isEqualTo(new QmpEvent.PortChanged("agent", true));
    assertThat(next()).isEqualTo(new QmpEvent.Other("STOP"));
    assertThat(next()).isEqualTo(new QmpEvent.MigrationChanged("completed"));
    assertThat(next()).isEqualTo(new QmpEvent.DeviceAnswered("dimm1", 0));
    assertThat(next()).isEqualTo(new QmpEvent.DeviceAnswered("CPU 3", 1));
  }

  @Test
  void aRefusalCarriesQemusText() throws IOException {
    QmpSession session = session();
    var reply = session.send(QmpCommand.migrateIncoming("unix:/x"));
    assertThat(server.read()).contains("\"arguments\":{\"uri\":\"unix:/x\"}");
    server.write("{\"id\": 1, \"error\": {\"class\": \"GenericError\", \"desc\": \"no way\"}}\n");
    assertThatThrownBy(() -> deadline.await(reply, "reply"))
        .isInstanceOf(VmmException.class)
        .hasMessage("QEMU refused migrate-incoming: no way");
  }

  @Test
  void everyPendingCommandFailsWhenTheConnectionEndsAndLaterOnesToo() throws IOException {
    QmpSession session = session();
    var first = session.send(QmpCommand.cont());
    var second = session.send(QmpCommand.stop());
    server.read();
    server.read();
    server.hangUp();
    assertThatThrownBy(() -> deadline.await(first, "first")).hasMessageContaining("ended");
    assertThatThrownBy(() -> deadline.await(second, "second")).hasMessageContaining("ended");
    assertThatThrownBy(() -> deadline.await(session.ended(), "end"))
        .isInstanceOf(VmmException.class);
    assertThatThrownBy(() -> session.execute(QmpCommand.cont(), deadline))
        .hasMessageContaining("ended");
  }

  @Test
  void aConnectionThatEndsBeforeTheGreetingIsAFailure() throws IOException {
    server.hangUp();
    assertThatThrownBy(() -> deadline.await(connecting.greeted(), "session"))
        .isInstanceOf(VmmException.class);
  }

  @Test
  void aSessionGivenUpBeforeTheGreetingLetsGoOfItsConnection() throws IOException {
    connecting.close();
    assertThat(server.read()).isNull();
    assertThatThrownBy(() -> deadline.await(connecting.greeted(), "session"))
        .isInstanceOf(VmmException.class);
  }

  @Test
  void whatIsNotQmpEndsTheSession() throws IOException {
    QmpSession session = session();
    server.write("HTTP/1.1 400 Bad Request\r\n");
    assertThatThrownBy(() -> deadline.await(session.ended(), "end"))
        .hasMessageContaining("not QMP")
        .hasMessageContaining("HTTP/1.1");
    assertThat(server.read()).isNull();
  }

  @Test
  void aCommandsDeadlineIsKeptAndItsLateReplyIsDropped() throws IOException {
    QmpSession session = session();
    assertThatThrownBy(
            () -> session.execute(QmpCommand.stop(), Deadline.after(Duration.ofMillis(20))))
        .isInstanceOf(DeadlineExceededException.class)
        .hasMessageContaining("QEMU's reply to stop");
    server.read();
    var next = session.send(QmpCommand.cont());
    server.read();
    server.write("{\"return\": {}, \"id\": 1}\r\n{\"return\": {}, \"id\": 2}\r\n");
    deadline.await(next, "next");
  }

  private QmpSession session() throws IOException {
    server.write(FakeQmpServer.GREETING);
    deadline.await(connecting.greeted(), "session");
    return connecting;
  }

  private QmpEvent next() throws InterruptedException {
    return events.poll(deadline.remaining().toMillis(), TimeUnit.MILLISECONDS);
  }
}
