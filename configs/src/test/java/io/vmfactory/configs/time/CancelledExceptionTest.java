package io.vmfactory.configs.time;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class CancelledExceptionTest {
  @Test
  void aFileThatAnInterruptClosedIsACancellation() throws IOException {
    try (FileChannel channel = FileChannel.open(Path.of("/dev/zero"))) {
      Thread.currentThread().interrupt();
      IOException closed =
          catchThrowableOfType(IOException.class, () -> channel.read(ByteBuffer.allocate(1)));
      assertThat(Thread.interrupted()).isTrue();
      UncheckedIOException wrapped = new UncheckedIOException("cannot read", closed);
      assertThat(CancelledException.isCauseOf(wrapped)).isTrue();
    }
  }

  @Test
  void soIsOneThatWasWrapped() {
    CancelledException cancelled = new CancelledException("cancelled", null);
    assertThat(CancelledException.isCauseOf(new IllegalStateException(cancelled))).isTrue();
    assertThat(CancelledException.isCauseOf(new IllegalStateException("no"))).isFalse();
    assertThat(CancelledException.isCauseOf(null)).isFalse();
  }
}
