package io.vmfactory.vmm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vmfactory.configs.QemuConfig.Groups;
import io.vmfactory.configs.QemuConfig.Isolation;
import io.vmfactory.configs.host.OwnUser;
import io.vmfactory.configs.time.Deadline;
import io.vmfactory.configs.time.DeadlineExceededException;
import io.vmfactory.linux.ProcessIdentity;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Real processes; a socket of this process stands for a monitor that QEMU inherits. */
@Timeout(60)
class VmProcessTableTest {
  private final VmId id = VmId.random();
  @TempDir Path root;
  private VmFolder folder;
  private Process process;

  @BeforeEach
  void make() {
    folder = new VmFolders(root.resolve("vm")).create(id);
  }

  @AfterEach
  void stop() throws InterruptedException {
    if (process != null) {
      process.destroyForcibly().waitFor();
    }
  }

  private static Deadline soon() {
    return Deadline.after(Duration.ofSeconds(30));
  }

  private ServerSocketChannel monitor() throws IOException {
    ServerSocketChannel monitor = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    return monitor.bind(UnixDomainSocketAddress.of(folder.qmpSocket()));
  }

  private CompletableFuture<Optional<VmIdentity>> finding(Deadline deadline) {
    return CompletableFuture.supplyAsync(() -> StandIn.TABLE.find(id, folder, deadline));
  }

  @Test
  void aVmThatIsJustBeingStartedIsAwaitedAndFound() throws Exception {
    try (ServerSocketChannel monitor = monitor()) {
      var found = finding(soon());
      try (SocketChannel accepted = monitor.accept()) {
        assertThat(found).isNotDone(); // it has looked for a process, and there is none
        process = StandIn.start(root, id.processName());
        accepted.write(ByteBuffer.wrap("{\"QMP\": {}}\r\n".getBytes(StandardCharsets.UTF_8)));
        assertThat(soon().await(found, "it"))
            .hasValueSatisfying(who -> assertThat(who.pid()).isEqualTo((int) process.pid()));
      }
    }
  }

  @Test
  void aStartThatDiesLeavesNothingToFind() throws Exception {
    ServerSocketChannel monitor = monitor();
    var found = finding(soon());
    monitor.accept().close();
    monitor.close();
    assertThat(soon().await(found, "it")).isEmpty();
  }

  @Test
  void aMonitorThatNoProcessHasIsNotAwaited() throws Exception {
    monitor().close();
    assertThat(folder.qmpSocket()).exists();
    assertThat(StandIn.TABLE.find(id, folder, soon())).isEmpty();
    Files.delete(folder.qmpSocket());
    assertThat(StandIn.TABLE.find(id, folder, soon())).isEmpty();
  }

  @Test
  void theWaitHasAnEnd() throws Exception {
    try (ServerSocketChannel monitor = monitor()) {
      Deadline passed = Deadline.after(Duration.ofMillis(1));
      assertThatThrownBy(() -> StandIn.TABLE.find(id, folder, passed))
          .isInstanceOf(DeadlineExceededException.class);
      assertThat(monitor.isOpen()).isTrue();
    }
  }

  private VmIdentity identity() throws IOException {
    return VmIdentity.of(id, ProcessIdentity.of(Path.of("/proc/" + process.pid())));
  }

  @Test
  void aProcessThatIsNoQemuOfThatVmIsNeverEnded() throws Exception {
    process = StandIn.stranger(id.processName());
    assertThatThrownBy(() -> StandIn.TABLE.end(identity(), soon()))
        .isInstanceOf(VmmException.class)
        .hasMessageContaining("left alone");
    assertThat(process.isAlive()).isTrue();
    stop();
    process = StandIn.start(root, VmId.random().processName());
    assertThatThrownBy(() -> StandIn.TABLE.end(identity(), soon()))
        .hasMessageContaining("left alone");
    assertThat(process.isAlive()).isTrue();
  }

  @Test
  void aUserThatIsNotOneOfVmsIsAStranger() throws Exception {
    org.junit.jupiter.api.Assumptions.assumeTrue(OwnUser.isRoot(), "only root can be others");
    Path open = Files.createTempDirectory(Path.of("/tmp"), "stand-in");
    open.toFile().setExecutable(true, false);
    try {
      StandIn.start(open, "copied").destroyForcibly().waitFor();
      process =
          new ProcessBuilder(
                  "setpriv",
                  "--reuid=54321",
                  "--regid=54321",
                  "--clear-groups",
                  open + "/qemu-stand-in",
                  "-c",
                  "echo up; read line",
                  "-name",
                  id.processName(),
                  "-display")
              .start();
      assertThat(process.getInputStream().read()).isEqualTo('u');
      assertThat(StandIn.TABLE.find(id, folder, soon())).isEmpty();
      assertThatThrownBy(() -> StandIn.TABLE.living(identity())).hasMessageContaining("left alone");
      var jailed = new Isolation(Isolation.Mode.AUTO, Path.of("/"), 54_000, 1000, Groups.none());
      VmProcessTable table = new VmProcessTable(VmProcessTable.PROC, jailed);
      assertThat(table.find(id, folder, soon())).contains(identity());
      table.end(identity(), soon());
      assertThat(process.isAlive()).isFalse();
    } finally {
      Files.delete(open.resolve("qemu-stand-in"));
      Files.delete(open);
    }
  }
}
