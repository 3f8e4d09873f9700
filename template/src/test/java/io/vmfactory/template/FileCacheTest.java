package io.vmfactory.template;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileCacheTest {
  @TempDir Path dir;
  private final AtomicInteger reads = new AtomicInteger();
  private final FileCache<String> memo =
      new FileCache<>(
          4,
          file -> {
            reads.incrementAndGet();
            return Files.readString(file);
          });
  private Path file;

  @BeforeEach
  void write() throws IOException {
    file = Files.writeString(dir.resolve("file"), "one");
  }

  @Test
  void readsOnceAsLongAsNothingChanges() throws IOException {
    assertThat(memo.of(file)).isEqualTo("one");
    assertThat(memo.of(file)).isEqualTo("one");
    assertThat(reads).hasValue(1);
  }

  @Test
  void noticesAReplacedFileOfSameSizeAndTime() throws IOException {
    memo.of(file);
    FileTime time = Files.getLastModifiedTime(file);
    Path other = Files.writeString(dir.resolve("other"), "two");
    Files.setLastModifiedTime(other, time);
    Files.move(other, file, StandardCopyOption.REPLACE_EXISTING);
    assertThat(memo.of(file)).isEqualTo("two");
  }

  @Test
  void noticesAnEdit() throws IOException {
    memo.of(file);
    Files.writeString(file, "three");
    assertThat(memo.of(file)).isEqualTo("three");
  }

  @Test
  void aFileThatIsGoneIsGone() throws IOException {
    memo.of(file);
    Files.delete(file);
    assertThatThrownBy(() -> memo.of(file)).isInstanceOf(NoSuchFileException.class);
  }
}
