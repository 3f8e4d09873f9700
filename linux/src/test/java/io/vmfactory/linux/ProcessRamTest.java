package io.vmfactory.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vmfactory.configs.time.CancelledException;
import io.vmfactory.configs.time.Deadline;
import io.vmfactory.configs.time.DeadlineExceededException;
import io.vmfactory.linux.OsException.Kind;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests the view of a process's RAM. The process is this one, and its RAM a private mapping. */
class ProcessRamTest {
  private static final int PAGE = 4096;
  private static final int PAGES = 3000;
  private static final int BYTES = PAGES * PAGE;

  @TempDir Path dir;

  private final Deadline deadline = Deadline.after(Duration.ofSeconds(30));
  private final MemoryFile template = MemoryFiles.create("test-template", BYTES);
  private final MemoryFile copy = MemoryFiles.create("test-copy", BYTES);
  private Processes processes;
  private HostProcess self;

  @BeforeEach
  void adoptThisProcess() throws IOException {
    processes = new Processes();
    Path folder = Path.of("/proc", Long.toString(ProcessHandle.current().pid()));
    self = processes.adopt(ProcessIdentity.of(folder));
    for (int page : new int[] {0, 1, 7, 1000, PAGES - 1}) {
      template.write((long) page * PAGE, page(page));
    }
  }

  @AfterEach
  void close() {
    processes.forget(self);
    processes.close();
    template.close();
    copy.close();
  }

  private static ByteBuffer page(int number) {
    ByteBuffer page = ByteBuffer.allocate(PAGE);
    while (page.hasRemaining()) {
      page.putInt(number + 1);
    }
    return page.flip();
  }

  private MappedByteBuffer map(MapMode mode, long bytes) throws IOException {
    Path path = Path.of("/proc/self/fd/" + template.descriptor());
    try (FileChannel file =
        FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      return file.map(mode, 0, bytes);
    }
  }

  private ProcessRam open() {
    return ProcessRam.open(self, template.descriptor(), BYTES);
  }

  @Test
  void theFileAndThePagesThatWereWrittenMakeTheRam() throws IOException {
    MappedByteBuffer ram = map(MapMode.PRIVATE, BYTES);
    try (ProcessRam seen = open()) {
      seen.copyFile(copy, deadline);
      assertThat(seen.copyWritten(copy, deadline)).isZero();
      assertThat(content(copy)).isEqualTo(content(template));
      for (int page : new int[] {1, 2, 3, 500, PAGES - 1}) {
        ram.put(page * PAGE + 5, (byte) 0xee);
      }
      assertThat(seen.copyWritten(copy, deadline)).isEqualTo(5L * PAGE);
    }
    byte[] all = new byte[BYTES];
    ram.get(0, all);
    assertThat(content(copy)).isEqualTo(all).isNotEqualTo(content(template));
  }

  private static byte[] content(MemoryFile file) {
    ByteBuffer all = ByteBuffer.allocate(BYTES);
    file.read(0, all);
    return all.array();
  }

  @Test
  void whatIsNoRamOfThatSizeIsRefused() throws IOException {
    fails(Kind.INVALID, this::open);
    MappedByteBuffer shared = map(MapMode.READ_WRITE, BYTES);
    fails(Kind.INVALID, this::open);
    MappedByteBuffer half = map(MapMode.PRIVATE, BYTES / 2);
    fails(Kind.INVALID, this::open);
    fails(Kind.INVALID, () -> ProcessRam.open(self, 9999, BYTES)).hasMessageContaining("file 9999");
    try (UnixListener socket = UnixListener.open(dir.resolve("socket"))) {
      int number = socket.descriptor();
      fails(Kind.INVALID, () -> ProcessRam.open(self, number, BYTES))
          .hasMessageContaining("is not a regular file");
    }
    try (Descriptor device = new Descriptor(LibC.open("/dev/null", LibC.O_CLOEXEC))) {
      fails(Kind.INVALID, () -> ProcessRam.open(self, device.number(), BYTES))
          .hasMessageContaining("is not a regular file");
    }
    assertThat(shared.capacity()).isEqualTo(2 * half.capacity());
  }

  @Test
  void aCopyEndsWithItsDeadlineOrItsThread() throws IOException {
    MappedByteBuffer ram = map(MapMode.PRIVATE, BYTES);
    ram.put(0, (byte) 1);
    try (ProcessRam seen = open()) {
      Deadline over = Deadline.after(Duration.ZERO);
      assertThatThrownBy(() -> seen.copyFile(copy, over))
          .isInstanceOf(DeadlineExceededException.class);
      assertThatThrownBy(() -> seen.copyWritten(copy, over))
          .isInstanceOf(DeadlineExceededException.class);
      Thread.currentThread().interrupt();
      assertThatThrownBy(() -> seen.copyWritten(copy, deadline))
          .isInstanceOf(CancelledException.class);
      assertThat(Thread.interrupted()).isTrue();
    }
  }

  private static org.assertj.core.api.AbstractThrowableAssert<?, ? extends Throwable> fails(
      Kind kind, ThrowingCallable call) {
    return assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            OsException.class, e -> assertThat(e.kind()).as(e.getMessage()).isEqualTo(kind));
  }
}
