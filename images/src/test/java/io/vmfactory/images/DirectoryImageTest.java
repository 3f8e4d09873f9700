package io.vmfactory.images;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.configs.time.DeadlineExceededException;
import io.vmfactory.images.ImageException.Reason;
import io.vmfactory.images.ext4.Ext4View;
import io.vmfactory.linux.FileUse;
import io.vmfactory.linux.PathLock;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DirectoryImageTest {
  private static final long MIB = 1L << 20;
  private static final long ROOTFS = 64 * MIB;

  @TempDir Path temp;
  private Path store;
  private Path tree;

  @BeforeEach
  void makeTree() throws IOException {
    store = temp.resolve("images");
    tree = Files.createDirectories(temp.resolve("tree"));
    Files.createDirectories(tree.resolve("bin"));
    Files.writeString(tree.resolve("bin/sh"), "#!");
    Files.createSymbolicLink(tree.resolve("sh"), Path.of("bin/sh"));
  }

  private static Deadline soon() {
    return Deadline.after(Duration.ofSeconds(60));
  }

  private RootfsImages images() {
    return images(Long.MAX_VALUE);
  }

  private RootfsImages images(long cacheBytes) {
    return RootfsImages.open(store, cacheBytes, ROOTFS);
  }

  private Image image() {
    return images().fromDirectory(tree, soon());
  }

  private ImageException refused(Path directory) {
    return catchThrowableOfType(
        ImageException.class, () -> images().fromDirectory(directory, soon()));
  }

  private List<Path> store(String suffix) throws IOException {
    try (Stream<Path> all = Files.list(store)) {
      return all.filter(file -> file.toString().endsWith(suffix)).toList();
    }
  }

  @Test
  void aDirectoryBecomesAnImageWithAllThatIsInIt() throws Exception {
    Files.writeString(tree.resolve("bin/a name"), "data");
    Files.setPosixFilePermissions(
        tree.resolve("bin/a name"), PosixFilePermissions.fromString("rwxr-x--x"));
    Files.createLink(tree.resolve("bin/again"), tree.resolve("bin/a name"));
    Files.setPosixFilePermissions(tree, PosixFilePermissions.fromString("rwxr-x---"));
    try (var sparse = new RandomAccessFile(tree.resolve("sparse").toFile(), "rw")) {
      sparse.seek(1L << 30);
      sparse.write('x');
    }

    try (Image image = image()) {
      Ext4View.assertSound(image.path());
      assertThat(Files.getPosixFilePermissions(image.path()))
          .isEqualTo(PosixFilePermissions.fromString("r--------"));
      assertThat(image.fsType()).isEqualTo("ext4");
      assertThat(image.defaults()).isEqualTo(ProcessDefaults.NONE);
      assertThat(Files.size(image.path())).isEqualTo(ROOTFS);
      assertThat(FileUse.allocatedBytes(image.path())).isLessThan(2 * MIB);
      assertThat(Ext4View.cat(image.path(), "\"/bin/a name\"")).isEqualTo("data");
      assertThat(Ext4View.debugfs(image.path(), "stat /bin/again"))
          .contains("Mode:  0751", "Links: 2");
      assertThat(Ext4View.debugfs(image.path(), "stat /sh")).contains("\"bin/sh\"");
      assertThat(Ext4View.debugfs(image.path(), "stat /sparse")).contains("Size: 1073741825");
      assertThat(Ext4View.debugfs(image.path(), "stat /")).contains("Mode:  0750");
      assertThat(Ext4View.list(image.path(), "/")).doesNotContain("lost+found");
    }
  }

  @Test
  void anUnchangedDirectoryHasTheSameImage() throws IOException {
    try (Image first = image();
        Image second = image()) {
      assertThat(second.path()).isEqualTo(first.path());
      assertThat(second.digest()).isEqualTo(first.digest()).hasSize(64);
    }
    assertThat(store(".ext4")).hasSize(1);
  }

  @Test
  void anythingThatMattersMakesAnotherImage() throws IOException {
    List<Change> changes =
        List.of(
            () -> Files.writeString(tree.resolve("bin/sh"), "#?"),
            () -> Files.move(tree.resolve("bin/sh"), tree.resolve("bin/bash")),
            () -> Files.createDirectory(tree.resolve("tmp")),
            () -> Files.setAttribute(tree.resolve("bin/bash"), "unix:mode", 0700),
            () -> Files.setAttribute(tree, "unix:mode", 0711),
            () -> Files.setAttribute(tree.resolve("bin/bash"), "user:key", new byte[] {1}),
            () -> Files.setAttribute(tree.resolve("bin/bash"), "user:key", new byte[] {2}),
            () -> Files.copy(tree.resolve("bin/bash"), tree.resolve("bin/z")),
            () -> {
              Files.delete(tree.resolve("bin/z"));
              return Files.createLink(tree.resolve("bin/z"), tree.resolve("bin/bash"));
            },
            () -> {
              Files.delete(tree.resolve("sh"));
              return Files.createSymbolicLink(tree.resolve("sh"), Path.of("bin/ba"));
            });
    image().close();
    for (int i = 0; i < changes.size(); i++) {
      changes.get(i).make();
      image().close();
      assertThat(store(".ext4")).as("after change %d", i).hasSize(i + 2);
    }
  }

  private interface Change {
    Object make() throws IOException;
  }

  @Test
  void whatIsNoDirectoryWithARootFileSystemIsRefused() throws IOException {
    assertThat(refused(temp.resolve("absent")).reason()).isEqualTo(Reason.NOT_FOUND);
    assertThat(refused(temp.resolve("absent"))).hasMessageContaining("absent: no such directory");
    assertThat(refused(tree.resolve("bin/sh"))).hasMessageContaining("sh: is not a directory");
    assertThat(refused(Files.createDirectory(temp.resolve("empty"))))
        .hasMessageContaining("empty: is empty");
    assertThat(refused(temp)).hasMessageContaining("contains runtime.image_dir");
    assertThat(refused(Path.of("/sys/fs"))).hasMessageContaining("another file system is mounted");
  }

  @Test
  void aTreeThatDoesNotFitIsRefusedAndLeavesNothing() throws IOException {
    Files.write(tree.resolve("big"), random(65 * MIB));

    assertThat(refused(tree).reason()).isEqualTo(Reason.TOO_LARGE);
    assertThat(refused(tree)).hasMessageContaining("64 MiB").hasMessageContaining("rootfs_size");
    assertThat(store("")).isEmpty();
  }

  private static byte[] random(long bytes) {
    byte[] data = new byte[(int) bytes];
    new java.util.Random(1).nextBytes(data);
    return data;
  }

  @Test
  void moreSmallFilesThanUsualFit() throws IOException {
    for (int i = 0; i < 5000; i++) {
      Files.createFile(tree.resolve("bin/" + i));
    }
    try (Image image = image()) {
      Ext4View.assertSound(image.path());
    }
  }

  @Test
  void manyThatWantTheSameGetOneImage() throws Exception {
    var pool = Executors.newFixedThreadPool(8);
    try {
      Callable<Path> one =
          () -> {
            try (Image image = image()) {
              return image.path();
            }
          };
      List<Future<Path>> all = pool.invokeAll(IntStream.range(0, 16).mapToObj(i -> one).toList());
      assertThat(all.stream().map(DirectoryImageTest::get).distinct()).hasSize(1);
    } finally {
      pool.shutdownNow();
    }
    assertThat(store("")).hasSize(1);
  }

  @Test
  void creatingIsReportedAndSoIsWaiting() throws Exception {
    List<String> told = new ArrayList<>();
    MakingProgress listener =
        new MakingProgress() {
          @Override
          public void waiting() {
            told.add("waiting");
          }

          @Override
          public void advanced(long files, long bytes) {
            told.add(files + " files " + bytes + " bytes");
          }

          @Override
          public void ended() {
            told.add("ended");
          }
        };
    Image first = images().reportingTo(listener).fromDirectory(tree, soon());
    first.close();
    assertThat(told).contains("1 files 0 bytes", "4 files 2 bytes").endsWith("ended");
    told.clear();
    images().reportingTo(listener).fromDirectory(tree, soon()).close();
    assertThat(told).isEmpty();

    Files.delete(first.path());
    Path making = Files.createDirectory(store.resolve(ImageWorkspace.PREFIX + first.digest()));
    try (PathLock other = PathLock.tryExclusive(making).orElseThrow()) {
      assertThat(other).isNotNull();
      Deadline now = Deadline.after(Duration.ofMillis(50));
      assertThatThrownBy(() -> images().reportingTo(listener).fromDirectory(tree, now))
          .isInstanceOf(DeadlineExceededException.class);
    }
    assertThat(told).containsExactly("waiting", "ended");
  }

  @Test
  void aHugeHoleIsNotRead() throws IOException {
    try (var log = new RandomAccessFile(tree.resolve("lastlog").toFile(), "rw")) {
      log.setLength(423L << 30);
      log.seek(420L << 30);
      log.write(1);
    }

    try (Image image = image()) {
      Ext4View.assertSound(image.path());
      assertThat(Ext4View.debugfs(image.path(), "stat /lastlog")).contains("Size: 454192791552");
      assertThat(FileUse.allocatedBytes(image.path())).isLessThan(2 * MIB);
    }
  }

  @Test
  void anEndedProcessLeavesNothingBehind() throws Exception {
    try (var big = new RandomAccessFile(tree.resolve("big").toFile(), "rw")) {
      big.write(random(48 * MIB));
    }
    Process maker =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                ExitWhileMaking.class.getName(),
                store.toString(),
                tree.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();

    assertThat(maker.inputReader().readLine()).isEqualTo("there is a workspace");
    assertThat(maker.waitFor()).isEqualTo(7);
    assertThat(store("")).isEmpty();
  }

  /** Ends the JVM while it creates an image, as the handler of a signal does. */
  static final class ExitWhileMaking implements MakingProgress {
    private final Path store;

    private ExitWhileMaking(Path store) {
      this.store = store;
    }

    public static void main(String[] args) {
      Path store = Path.of(args[0]);
      RootfsImages.open(store, Long.MAX_VALUE, ROOTFS)
          .reportingTo(new ExitWhileMaking(store))
          .fromDirectory(Path.of(args[1]), soon());
    }

    @Override
    public void waiting() {}

    @Override
    public void advanced(long files, long bytes) {
      if (bytes > MIB) {
        try (Stream<Path> all = Files.list(store)) {
          System.out.println(all.count() == 1 ? "there is a workspace" : "nothing");
        } catch (IOException e) {
          System.out.println(e);
        }
        System.exit(7);
      }
    }

    @Override
    public void ended() {}
  }

  private static <T> T get(Future<T> future) {
    try {
      return future.get();
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void anotherMakerIsAwaitedUntilTheDeadline() throws IOException {
    String key;
    try (Image image = image()) {
      key = image.digest();
      Files.delete(image.path());
    }
    Path making = Files.createDirectory(store.resolve(ImageWorkspace.PREFIX + key));
    Files.writeString(making.resolve("half"), "an image");
    try (PathLock other = PathLock.tryExclusive(making).orElseThrow()) {
      Deadline now = Deadline.after(Duration.ofMillis(50));
      assertThat(other).isNotNull();
      assertThatThrownBy(() -> images().fromDirectory(tree, now))
          .isInstanceOf(DeadlineExceededException.class);
      assertThat(making.resolve("half")).exists();
    }

    image().close();

    assertThat(store("")).hasSize(1);
  }

  @Test
  void whatAKilledMakerLeftIsClearedAway() throws IOException {
    Path leftover =
        Files.createDirectories(store.resolve(ImageWorkspace.PREFIX + "0123/tree/deep"));
    Files.writeString(leftover.resolve("file"), "x");

    images();

    assertThat(store("")).isEmpty();
  }

  @Test
  void theCacheKeepsWhatWasUsedLastAndWhatIsInUse() throws Exception {
    RootfsImages small = images(1);
    Image held = next(small, 1);
    Path closed = pathOfClosed(next(small, 2));
    assertThat(held.path()).exists();
    assertThat(closed).exists();

    Path third = pathOfClosed(next(small, 3));
    assertThat(closed).doesNotExist();

    next(small, 4).close();
    assertThat(third).doesNotExist();
    assertThat(held.path()).exists();
    held.close();
    next(small, 5).close();
    assertThat(store(".ext4")).hasSize(1);
  }

  @Test
  @Tag("qemu")
  void whatAVmmHasOpenIsInUse() throws Exception {
    RootfsImages small = images(1);
    Path opened = pathOfClosed(next(small, 1));
    Process qemu =
        new ProcessBuilder(
                "qemu-system-x86_64",
                "-S",
                "-display",
                "none",
                "-nodefaults",
                "-qmp",
                "stdio",
                "-drive",
                "if=virtio,format=raw,read-only=on,file=" + opened)
            .start();
    try {
      assertThat(qemu.inputReader().readLine()).contains("QMP");
      next(small, 2).close();
      assertThat(opened).exists();
    } finally {
      qemu.destroyForcibly().onExit().join();
    }
    next(small, 3).close();
    assertThat(opened).doesNotExist();
  }

  /** Creates a new image by changing the content of the directory. */
  private Image next(RootfsImages images, int content) throws IOException {
    Files.writeString(tree.resolve("content"), Integer.toString(content));
    return images.fromDirectory(tree, soon());
  }

  private static Path pathOfClosed(Image image) {
    try (image) {
      return image.path();
    }
  }

  @Test
  void namesThatAreNoTextAreKept() throws Exception {
    Process touch =
        new ProcessBuilder(
                "sh",
                "-c",
                "cd \"$1\" && touch \"$(printf 'a\\377')\" \"$(printf 'b\\nc')\"",
                "-",
                tree.toString())
            .start();
    assertThat(touch.waitFor()).isZero();

    try (Image image = image()) {
      assertThat(Ext4View.list(image.path(), "/")).contains("/a\377/", "/b");
      Ext4View.assertSound(image.path());
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }
}
