package io.vmfactory.runtime.containers;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OutputLogTest {
  private static final int MIB = 1 << 20;

  @TempDir private Path folder;

  private OutputLog opened() {
    return new OutputLog(folder.resolve("stdout.log"));
  }

  private static byte[] filled(int letter, int count) {
    byte[] bytes = new byte[count];
    java.util.Arrays.fill(bytes, (byte) letter);
    return bytes;
  }

  @Test
  void returnsWhatFollowsAPosition() throws IOException {
    OutputLog log = opened();
    assertThat(log.read(0).bytes()).isEmpty();
    log.append("one\n".getBytes(UTF_8));
    log.append("two\n".getBytes(UTF_8));
    assertThat(log.end()).isEqualTo(8);
    assertThat(log.read(0).bytes()).asString().isEqualTo("one\ntwo\n");
    assertThat(log.read(4).bytes()).asString().isEqualTo("two\n");
    assertThat(log.read(8).bytes()).isEmpty();
    assertThat(log.read(100).bytes()).isEmpty();
    assertThat(log.read(-5).position()).isZero();
  }

  @Test
  void isTheSameAfterARestart() throws IOException {
    opened().append("one\n".getBytes(UTF_8));
    OutputLog again = opened();
    assertThat(again.end()).isEqualTo(4);
    again.append("two\n".getBytes(UTF_8));
    assertThat(again.read(0).bytes()).asString().isEqualTo("one\ntwo\n");
  }

  @Test
  void keepsTheLastMebibyteAtItsPosition() throws IOException {
    OutputLog log = opened();
    for (int i = 0; i < 5; i++) {
      log.append(filled('a' + i, MIB));
    }
    log.append("end".getBytes(UTF_8));
    OutputPart first = log.read(0);
    assertThat(first.position()).isBetween((long) MIB, 4L * MIB);
    assertThat(first.bytes()).hasSize(OutputLog.PART_BYTES).doesNotContain((byte) 0);
    assertThat(log.read(5L * MIB).bytes()).asString().isEqualTo("end");
    assertThat(log.read(5L * MIB - 1).bytes()).asString().isEqualTo("eend");
    assertThat((Long) Files.getAttribute(folder.resolve("stdout.log"), "unix:size"))
        .isEqualTo(5L * MIB + 3);
    OutputLog again = opened();
    assertThat(again.read(0).bytes()).doesNotContain((byte) 0);
    assertThat(again.read(0).position()).isBetween(3L * MIB, 4L * MIB + 4096);
  }
}
