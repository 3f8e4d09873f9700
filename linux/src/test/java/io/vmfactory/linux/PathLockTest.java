package io.vmfactory.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vmfactory.configs.time.CancelledException;
import io.vmfactory.configs.time.Deadline;
import io.vmfactory.configs.time.DeadlineExceededException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class PathLockTest {
  @TempDir Path dir;

  private Path a;
  private Path b;

  @BeforeEach
  void name() {
    a = dir.resolve("a");
    b = dir.resolve("b");
  }

  private static Deadline soon() {
    return Deadline.after(Duration.ofSeconds(30));
  }

  private static Deadline shortly() {
    return Deadline.after(Duration.ofMillis(20));
  }

  private static PathLock lock(Path... files) {
    try {
      return PathLock.lock(List.of(files), "it", soon());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void isFree(Path file) throws IOException {
    PathLock.tryLock(file).orElseThrow().close();
  }

  @Test
  void oneHasItAndTheNextWhenItIsGivenUp() throws IOException {
    CompletableFuture<PathLock> next;
    try (PathLock lock = lock(a)) {
      assertThat(PathLock.tryLock(a)).isEmpty();
      assertThatThrownBy(() -> PathLock.lock(List.of(a), "it", shortly()))
          .isInstanceOf(DeadlineExceededException.class);
      next = CompletableFuture.supplyAsync(() -> lock(a));
      isFree(b);
    }
    soon().await(next, "the next").close();
    isFree(a);
  }

  @Test
  void ofSeveralItIsOneThatIsFree() {
    try (PathLock first = lock(a, b);
        PathLock second = lock(a, b)) {
      assertThat(List.of(first.file(), second.file())).containsExactlyInAnyOrder(a, b);
    }
  }

  @Test
  void closingItTwiceTakesItFromNoOther() throws IOException {
    PathLock first = lock(a);
    first.close();
    try (PathLock second = lock(a)) {
      first.close();
      assertThat(PathLock.tryLock(a)).isEmpty();
    }
  }

  @Test
  void whoIsInterruptedWhileWaitingLeavesItToOthers() throws IOException {
    try (PathLock lock = lock(a)) {
      Thread.currentThread().interrupt();
      assertThatThrownBy(() -> lock(a)).isInstanceOf(CancelledException.class);
      assertThat(Thread.interrupted()).isTrue();
    }
    isFree(a);
  }

  @Test
  void aFileThatCannotBeMadeIsAnErrorEveryTime() throws IOException {
    Path nowhere = dir.resolve("none/lock");
    for (int i = 0; i < 2; i++) {
      assertThatThrownBy(() -> PathLock.tryLock(nowhere)).isInstanceOf(NoSuchFileException.class);
      assertThatThrownBy(() -> PathLock.lock(List.of(nowhere), "it", soon()))
          .isInstanceOf(NoSuchFileException.class);
    }
  }

  /** Another process that holds a lock until it is killed. */
  static final class Holder {
    private Holder() {}

    public static void main(String[] args) throws IOException {
      try (PathLock held = lock(Path.of(args[0]))) {
        System.out.write('!');
        System.out.flush();
        System.in.transferTo(System.out);
      }
    }
  }

  @Test
  void anotherProcessHasItUntilItIsKilled() throws Exception {
    Process holder =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-classpath",
                System.getProperty("java.class.path"),
                Holder.class.getName(),
                a.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    CompletableFuture<PathLock> next;
    try {
      assertThat(holder.getInputStream().read()).isEqualTo('!');
      assertThat(PathLock.tryLock(a)).isEmpty();
      assertThatThrownBy(() -> PathLock.lock(List.of(a), "it", shortly()))
          .isInstanceOf(DeadlineExceededException.class);
      next = CompletableFuture.supplyAsync(() -> lock(a));
    } finally {
      holder.destroyForcibly().waitFor();
    }
    soon().await(next, "the next").close();
  }
}
