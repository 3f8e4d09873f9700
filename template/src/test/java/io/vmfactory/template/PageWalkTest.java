package io.vmfactory.template;

import static org.assertj.core.api.Assertions.assertThat;

import io.vmfactory.linux.MemoryFile;
import io.vmfactory.linux.MemoryFiles;
import io.vmfactory.linux.Sha256;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PageWalkTest {
  private static final int PAGE = PageWalk.PAGE_BYTES;
  private static final long SIZE = 4L << 20;

  private final MemoryFile memory = MemoryFiles.create("vmfactory-test", SIZE);

  @AfterEach
  void close() {
    memory.close();
  }

  static long allocatedBytes(Path file) throws IOException {
    Process stat = new ProcessBuilder("stat", "-c", "%b", file.toString()).start();
    return 512
        * Long.parseLong(
            new String(stat.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip());
  }

  private void put(long offset, int length, int value) {
    byte[] bytes = new byte[length];
    java.util.Arrays.fill(bytes, (byte) value);
    memory.write(offset, ByteBuffer.wrap(bytes));
  }

  private MemoryContent walk(PageWalk.PageSink sink) throws IOException {
    return PageWalk.copy(PageSource.of(memory), sink, TemplateFixture.soon());
  }

  private String digest() throws IOException {
    return walk((offset, pages) -> {}).sha256();
  }

  @Test
  void onlyPagesWithContentAreShownAsRuns() throws IOException {
    put(0, 1, 1);
    put(PAGE * 2L, PAGE * 2, 2);
    put(PAGE * 8L, PAGE * 4, 0);
    put(SIZE - 1, 1, 3);
    List<String> runs = new ArrayList<>();
    MemoryContent content =
        walk((offset, pages) -> runs.add(offset / PAGE + "+" + pages.remaining() / PAGE));
    assertThat(runs).containsExactly("0+1", "2+2", "1023+1");
    assertThat(content.dataBytes()).isEqualTo(4 * PAGE);
    assertThat(content.bytes()).isEqualTo(SIZE);
    assertThat(PageWalk.count(PageSource.of(memory), TemplateFixture.soon())).isEqualTo(4 * PAGE);
  }

  @Test
  void runsAcrossChunksAreComplete() throws IOException {
    put((1 << 20) - PAGE, 2 * PAGE, 7);
    try (MemoryFile copy = MemoryFiles.create("vmfactory-copy", SIZE)) {
      MemoryContent content = walk(copy::write);
      assertThat(PageWalk.copy(PageSource.of(copy), (offset, pages) -> {}, TemplateFixture.soon()))
          .isEqualTo(content);
      ByteBuffer there = ByteBuffer.allocate(2 * PAGE);
      copy.read((1 << 20) - PAGE, there);
      assertThat(there.array()).containsOnly(7);
    }
  }

  @Test
  void theDigestDoesNotDependOnWhereHolesAre() throws IOException {
    put(PAGE, PAGE, 1);
    String before = digest();
    put(PAGE * 5L, PAGE * 20, 0);
    assertThat(digest()).isEqualTo(before);
  }

  @Test
  void theDigestChangesWithAnyByteItsPlaceAndTheLength() throws IOException {
    put(PAGE, PAGE, 1);
    String before = digest();
    put(PAGE * 3L + 17, 1, 1);
    String inAHole = digest();
    assertThat(inAHole).isNotEqualTo(before);
    put(PAGE * 3L + 17, 1, 0);
    assertThat(digest()).isEqualTo(before);
    put(PAGE, PAGE, 0);
    put(PAGE * 2L, PAGE, 1);
    assertThat(digest()).as("same page elsewhere").isNotEqualTo(before);
    try (MemoryFile empty = MemoryFiles.create("vmfactory-a", SIZE);
        MemoryFile longer = MemoryFiles.create("vmfactory-b", SIZE * 2)) {
      assertThat(PageWalk.copy(PageSource.of(empty), (o, p) -> {}, TemplateFixture.soon()).sha256())
          .isNotEqualTo(
              PageWalk.copy(PageSource.of(longer), (o, p) -> {}, TemplateFixture.soon()).sha256());
    }
  }

  @Test
  void theDigestIsTheOneThatIsDocumented() throws IOException {
    put(PAGE * 2L, PAGE, 9);
    ByteBuffer expected = ByteBuffer.allocate(16 + PAGE).putLong(SIZE).putLong(PAGE * 2L);
    while (expected.hasRemaining()) {
      expected.put((byte) 9);
    }
    assertThat(digest()).isEqualTo(Sha256.hex(expected.array()));
  }

  @Test
  void aFileOnDiskReadsAsTheOneInMemory(@org.junit.jupiter.api.io.TempDir Path dir)
      throws IOException {
    put(PAGE, PAGE * 3, 1);
    put(SIZE / 2, PAGE * 5, 2);
    TemplateFiles files = new TemplateFiles(dir);
    MemoryContent written =
        new TemplateWriter(files, new ManifestCodec(StoreSecret.at(dir.resolve("secret"))))
            .memory(memory, TemplateFixture.soon());
    assertThat(allocatedBytes(files.memory())).isEqualTo(8 * PAGE);
    assertThat(Files.size(files.memory())).isEqualTo(SIZE);
    try (DiskPages disk = DiskPages.open(files.memory())) {
      assertThat(PageWalk.copy(disk, (offset, pages) -> {}, TemplateFixture.soon()))
          .isEqualTo(written);
    }
  }
}
