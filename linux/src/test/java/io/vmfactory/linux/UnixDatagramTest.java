package io.vmfactory.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class UnixDatagramTest {
  private static final Duration AT_ONCE = Duration.ofMillis(1);
  @TempDir Path folder;

  @Test
  void aMessageComesToAPathWhole() {
    String address = folder.resolve("s").toString();
    try (DatagramReceiver receiver = new DatagramReceiver(address, AT_ONCE)) {
      UnixDatagram.send(address, "READY=1\nSTATUS=grün");
      UnixDatagram.send(address, "WATCHDOG=1");
      assertThat(receiver.receive()).isEqualTo("READY=1\nSTATUS=grün");
      assertThat(receiver.receive()).isEqualTo("WATCHDOG=1");
      assertThat(receiver.receive()).isEmpty();
    }
  }

  @Test
  void aMessageComesToAnAbstractName() {
    String address = "@vmfactory-test-" + UUID.randomUUID();
    try (DatagramReceiver receiver = new DatagramReceiver(address, AT_ONCE)) {
      UnixDatagram.send(address, "STOPPING=1");
      assertThat(receiver.receive()).isEqualTo("STOPPING=1");
    }
  }

  @Test
  void aMissingReceiverIsReportedAndLeavesNoDescriptor() throws Exception {
    String address = folder.resolve("none").toString();
    long before = sockets();
    assertThatThrownBy(() -> UnixDatagram.send(address, "x"))
        .isInstanceOf(OsException.class)
        .hasMessageContaining(address)
        .hasMessageContaining("no such file");
    assertThat(sockets()).isEqualTo(before);
  }

  @Test
  void aFullQueueIsNotWaitedFor() {
    String address = folder.resolve("s").toString();
    try (DatagramReceiver receiver = new DatagramReceiver(address, AT_ONCE)) {
      assertThatThrownBy(
              () -> {
                for (int i = 0; i < 100_000; i++) {
                  UnixDatagram.send(address, "x");
                }
              })
          .isInstanceOf(OsException.class);
    }
  }

  private static long sockets() throws Exception {
    try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
      return open.filter(UnixDatagramTest::isSocket).count();
    }
  }

  private static boolean isSocket(Path descriptor) {
    try {
      return Files.readSymbolicLink(descriptor).toString().startsWith("socket:");
    } catch (IOException e) {
      return false; // closed meanwhile
    }
  }
}
