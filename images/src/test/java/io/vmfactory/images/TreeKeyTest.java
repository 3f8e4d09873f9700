package io.vmfactory.images;

import static org.assertj.core.api.Assertions.assertThat;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.configs.time.WallClock;
import io.vmfactory.linux.FileReader;
import io.vmfactory.linux.FileStatus;
import io.vmfactory.linux.RawPath;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TreeKeyTest {
  private static final long EXT4 = 0xEF53;
  private static final long NFS = 0x6969;
  private static final long SQUASHFS = 0x73717368;

  /** With this clock, every change seems to be in the future. */
  private static final WallClock SET_BACK = () -> Instant.EPOCH;

  @TempDir Path temp;
  private Path tree;

  @BeforeEach
  void makeTree() throws IOException {
    tree = Files.createDirectories(temp.resolve("tree"));
    Files.writeString(tree.resolve("file"), "content");
    Files.createLink(tree.resolve("again"), tree.resolve("file"));
    Files.createSymbolicLink(tree.resolve("link"), Path.of("file"));
  }

  private static TreeKey key(Path directory, WallClock clock) throws IOException {
    try (FileReader reader = new FileReader()) {
      return TreeKey.of(
          RawPath.bytes(directory),
          reader,
          new ChangeTimes(clock),
          Deadline.after(Duration.ofSeconds(60)));
    }
  }

  @Test
  void aSettledDirectoryIsListedAndNotRead() throws IOException {
    TreeKey before = key(tree, WallClock.system());
    TreeKey again = key(tree, WallClock.system());
    assertThat(before.kind()).isEqualTo("listing");
    assertThat(again.digest()).isEqualTo(before.digest());

    Files.setLastModifiedTime(tree.resolve("file"), FileTime.fromMillis(0));

    assertThat(key(tree, WallClock.system()).digest()).isNotEqualTo(before.digest());
  }

  @Test
  void ifTimesProveNothingTheContentDecides() throws IOException {
    TreeKey before = key(tree, SET_BACK);
    assertThat(before.kind()).isEqualTo("content");

    Path moved = Files.move(tree, temp.resolve("moved"));
    Files.setLastModifiedTime(moved.resolve("file"), FileTime.fromMillis(0));
    assertThat(key(moved, SET_BACK).digest()).isEqualTo(before.digest());

    Files.writeString(moved.resolve("file"), "CONTENT");
    assertThat(key(moved, SET_BACK).digest()).isNotEqualTo(before.digest());
  }

  @Test
  void onlyFileSystemsOfThisKernelProveSomethingAtOnce() {
    Instant now = Instant.ofEpochSecond(1000);
    var times = new ChangeTimes(() -> now);
    var tenthAgo = new FileStatus.Time(999, 900_000_000);
    var longAgo = new FileStatus.Time(900, 0);
    var justNow = new FileStatus.Time(999, 999_000_000);

    assertThat(times.prove(EXT4, tenthAgo)).isTrue();
    assertThat(times.prove(EXT4, justNow)).isFalse();
    assertThat(times.wouldProve(EXT4, justNow)).isTrue();
    assertThat(times.wouldProve(EXT4, new FileStatus.Time(1001, 0))).isFalse();
    assertThat(times.prove(NFS, tenthAgo)).isFalse();
    assertThat(times.prove(NFS, longAgo)).isTrue();
    assertThat(times.prove(SQUASHFS, longAgo)).isFalse();
    assertThat(times.wouldProve(SQUASHFS, longAgo)).isFalse();
  }
}
