package io.vmfactory.configs.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whom a client takes for the daemon. */
class DaemonSocketTest {
  private static final int STRANGER = 12345;

  @TempDir Path dir;
  private Path socket;
  private ServerSocketChannel server;

  @BeforeEach
  void listen() throws IOException {
    Path run = Files.createDirectory(dir.toRealPath().resolve("run"));
    socket = run.resolve("factory.sock");
    server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    server.bind(UnixDomainSocketAddress.of(socket));
  }

  @AfterEach
  void close() throws IOException {
    server.close();
  }

  private static void give(Path path) throws IOException {
    assumeTrue(OwnUser.isRoot(), "only root can give files away");
    Files.setAttribute(path, "unix:uid", STRANGER);
  }

  private void refused() {
    assertThatThrownBy(() -> DaemonSocket.require(socket))
        .isInstanceOf(IOException.class)
        .hasMessageContainingAll("another user may have made", "set VMFACTORY_DAEMON_USER=");
  }

  @Test
  void theSocketOfThisUserIsTheDaemonsThoughAGroupMayConnect() throws IOException {
    Files.setPosixFilePermissions(socket, PosixFilePermissions.fromString("rw-rw-rw-"));
    assertThatCode(() -> DaemonSocket.require(socket)).doesNotThrowAnyException();
  }

  @Test
  void theSocketOfAnotherUserIsNot() throws IOException {
    give(socket);
    refused();
  }

  @Test
  void norIsOneInAFolderThatAnotherUserOwnsOrMayWrite() throws IOException {
    Files.setPosixFilePermissions(socket.getParent(), PosixFilePermissions.fromString("rwxrwxr-x"));
    refused();
    Files.setPosixFilePermissions(socket.getParent(), PosixFilePermissions.fromString("rwxr-xr-x"));
    assertThatCode(() -> DaemonSocket.require(socket)).doesNotThrowAnyException();
    give(socket.getParent());
    refused();
  }

  @Test
  void aMissingSocketIsLeftToTheConnecting() {
    assertThatCode(() -> DaemonSocket.require(dir.resolve("none"))).doesNotThrowAnyException();
  }

  @Test
  void theDaemonsUserIsTheUsualOneOrTheOneThatIsNamed() throws IOException {
    Path users =
        Files.writeString(
            dir.resolve("passwd"),
            "root:x:0:0::/:\nbroken\nvmfactory:x:990:990::/:\nbob:x:77:7::/:\n");
    assertThat(DaemonUser.ids(Map.of(), users)).isEqualTo(Set.of(990));
    assertThat(DaemonUser.ids(Map.of(DaemonUser.VARIABLE, "bob"), users)).isEqualTo(Set.of(77));
    assertThat(DaemonUser.ids(Map.of(DaemonUser.VARIABLE, "123"), users)).isEqualTo(Set.of(123));
    assertThat(DaemonUser.ids(Map.of(DaemonUser.VARIABLE, "eve"), users)).isEmpty();
    assertThat(DaemonUser.ids(Map.of(), dir.resolve("none"))).isEmpty();
  }

  @Test
  void whatATrustedUserOwnsIsBelieved() throws IOException {
    give(socket);
    give(socket.getParent());
    assertThat(Ownership.require(socket, Set.of(STRANGER))).isEqualTo(socket);
  }
}
