package io.vmfactory.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.jna.Native;
import com.sun.jna.Pointer;
import io.vmfactory.configs.host.OwnUser;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class PeerCredentialsTest {
  /** Exit code of curl: it connected, and no process answered. */
  private static final int TIMED_OUT = 28;

  @TempDir private Path temp;

  /** accept(2). */
  private static final class Accepting {
    static {
      Native.register(Accepting.class, "c");
    }

    static native int accept(int fd, Pointer address, Pointer length);
  }

  /** Connects with these options of setpriv, and ends before its credentials are asked for. */
  private PeerCredentials of(List<String> options, String socket) throws Exception {
    Path path = temp.resolve(socket);
    try (UnixListener listener = UnixListener.open(path)) {
      Files.setAttribute(path, "unix:mode", 0777);
      Files.setAttribute(temp, "unix:mode", 0777);
      List<String> command = new ArrayList<>(List.of("setpriv"));
      command.addAll(options);
      command.addAll(List.of("curl", "-s", "--max-time", "0.3", "--unix-socket"));
      command.addAll(List.of(path.toString(), "http://localhost/"));
      assertThat(new ProcessBuilder(command).start().waitFor()).isEqualTo(TIMED_OUT);
      int fd = Accepting.accept(listener.descriptor(), null, null);
      try {
        return PeerCredentials.of(fd);
      } finally {
        LibC.close(fd);
      }
    }
  }

  @Test
  void theyAreThoseOfTheProcessThatConnectedThoughItIsGone() throws Exception {
    assumeTrue(OwnUser.isRoot(), "only root can act as other users");
    assertThat(of(List.of("--reuid=1234", "--regid=1235", "--clear-groups"), "a").user())
        .isEqualTo(new UserIds(1234, Set.of(1235L)));
    assertThat(of(List.of("--reuid=1234", "--regid=1235", "--groups=7,8"), "b").user())
        .isEqualTo(new UserIds(1234, Set.of(7L, 8L, 1235L)));
    assertThat(of(List.of("--reuid=4294967000", "--regid=1", "--clear-groups"), "c").user().uid())
        .isEqualTo(4294967000L);
  }

  @Test
  void aUserMayHaveManyGroups() throws Exception {
    assumeTrue(OwnUser.isRoot(), "only root can act as other users");
    Set<Long> many = LongStream.range(3000, 3500).boxed().collect(Collectors.toSet());
    String list = many.stream().map(String::valueOf).collect(Collectors.joining(","));
    assertThat(of(List.of("--reuid=1234", "--regid=3000", "--groups=" + list), "d").user().groups())
        .isEqualTo(many);
  }
}
