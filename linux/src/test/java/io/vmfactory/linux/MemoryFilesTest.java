package io.vmfactory.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.jna.LastErrorException;
import com.sun.jna.Library;
import com.sun.jna.Native;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class MemoryFilesTest {
  private static final int PAGE = 4096;

  /** Moves pages of a file into a pipe, without copying them. */
  private interface Pages extends Library {
    Pages C = Native.load("c", Pages.class);

    int pipe(int[] ends);

    long splice(int in, long[] offset, int out, long @Nullable [] none, long bytes, int flags);
  }

  private final MemoryFile file = MemoryFiles.create("vmm-test", 16 * PAGE);

  @AfterEach
  void close() {
    file.close();
  }

  @Test
  void writesAreReadBackAndHolesAreZeros() {
    file.write(5 * PAGE, bytes(7, PAGE));
    ByteBuffer into = ByteBuffer.allocate(2 * PAGE);
    file.read(5 * PAGE, into);
    assertThat(into.get(0)).isEqualTo((byte) 7);
    assertThat(into.get(PAGE - 1)).isEqualTo((byte) 7);
    assertThat(into.get(PAGE)).isZero();
  }

  @Test
  void dataAndHolesAreFound() {
    assertThat(file.nextData(0)).isEqualTo(-1);
    file.write(5 * PAGE, bytes(7, PAGE));
    assertThat(file.nextData(0)).isEqualTo(5 * PAGE);
    assertThat(file.nextHole(5 * PAGE)).isEqualTo(6 * PAGE);
    assertThat(file.nextData(6 * PAGE)).isEqualTo(-1);
    assertThat(file.nextHole(6 * PAGE)).isEqualTo(6 * PAGE);
  }

  @Test
  void aSealedFileRefusesWritesButIsReadable() {
    file.write(0, bytes(1, 10));
    file.seal();
    assertThatThrownBy(() -> file.write(0, bytes(2, 10)))
        .isInstanceOf(OsException.class)
        .hasMessageContaining("vmm-test");
    ByteBuffer into = ByteBuffer.allocate(10);
    file.read(0, into);
    assertThat(into.get(0)).isEqualTo((byte) 1);
  }

  /** A pipe holds the pages themselves. The kernel does not wait so long for them. */
  @Test
  void itIsSealedAlthoughSomeoneReadsItForAMoment() {
    file.write(0, bytes(1, PAGE));
    int[] pipe = new int[2];
    assertThat(Pages.C.pipe(pipe)).isZero();
    assertThat(Pages.C.splice(file.descriptor(), new long[1], pipe[1], null, PAGE, 0))
        .isEqualTo(PAGE);
    assertThatThrownBy(() -> LibC.fcntl(file.descriptor(), LibC.F_ADD_SEALS, LibC.F_SEAL_ALL))
        .isInstanceOfSatisfying(
            LastErrorException.class, e -> assertThat(e.getErrorCode()).isEqualTo(LibC.EBUSY));
    Executor later = CompletableFuture.delayedExecutor(600, TimeUnit.MILLISECONDS);
    CompletableFuture<Void> read = CompletableFuture.runAsync(() -> close(pipe), later);
    file.seal();
    read.join();
  }

  private static void close(int[] pipe) {
    for (int end : pipe) {
      LibC.close(end);
    }
  }

  @Test
  void accessBeyondTheEndIsRefused() {
    assertThatThrownBy(() -> file.read(16 * PAGE - 1, ByteBuffer.allocate(2)))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> file.write(16 * PAGE, bytes(1, 1)))
        .isInstanceOf(IndexOutOfBoundsException.class);
  }

  @Test
  void closingGivesTheDescriptorBackOnce() {
    Path descriptor = Path.of("/proc/self/fd/" + file.descriptor());
    assertThat(Files.exists(descriptor)).isTrue();
    file.close();
    file.close();
    assertThatThrownBy(file::descriptor).isInstanceOf(IllegalStateException.class);
  }

  private static ByteBuffer bytes(int value, int count) {
    byte[] all = new byte[count];
    java.util.Arrays.fill(all, (byte) value);
    return ByteBuffer.wrap(all);
  }
}
