package io.vmfactory.images.ext4;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.vmfactory.images.ext4.Metadata.FileTime;
import io.vmfactory.linux.FileUse;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("exhaustive")
class Ext4ImageTest {
  private static final long MIB = 1L << 20;
  private static final long TIB = 1L << 40;

  @TempDir Path temp;
  private final FileNode root = FileNode.directory(Metadata.IMPLIED_DIRECTORY);

  /** Writes contents, and adds files to {@link #root}. */
  private interface Filling {
    void fill(Ext4Image image) throws IOException;
  }

  private Path image(long bytes, Filling filling) throws IOException {
    Path file = temp.resolve("image" + temp.toFile().list().length);
    try (Ext4Image image = Ext4Image.create(file, bytes)) {
      filling.fill(image);
      image.finish(root);
    }
    Ext4View.assertSound(file);
    return file;
  }

  private static FileData data(Ext4Image image, byte[] content) throws IOException {
    return image.write(
        content.length,
        (offset, into, count) -> System.arraycopy(content, (int) offset, into, 0, count));
  }

  private FileNode add(String name, FileNode node) {
    node.named(1);
    root.put(name, node);
    return node;
  }

  private static Metadata metadata(Map<String, String> attributes) {
    return new Metadata(0640, 70000, 80000, new FileTime(1_600_000_000, 5), attributes);
  }

  private static byte[] read(Path image, String path) throws IOException {
    try (Ext4Reader reader = Ext4Reader.open(image)) {
      return reader.read(path, Integer.MAX_VALUE).orElseThrow();
    }
  }

  private static byte[] random(int bytes) {
    byte[] random = new byte[bytes];
    new Random(1).nextBytes(random);
    return random;
  }

  @Test
  void anyBytesAreANameAndATarget() throws IOException {
    List<String> names =
        List.of("Icon\r", "new\nline", "\"", "a\377b", "<12>", "x".repeat(255), "\1", "\\", " ");
    Path image =
        image(
            16 * MIB,
            made -> {
              for (String name : names) {
                add(name, FileNode.file(metadata(Map.of()), data(made, name.getBytes(ISO_8859_1))));
                add(name + "@", FileNode.link(metadata(Map.of()), name));
              }
              root.children().remove("x".repeat(255) + "@");
            });

    for (String name : names) {
      assertThat(read(image, "/" + name)).asString(ISO_8859_1).isEqualTo(name);
    }
    assertThat(read(image, "/Icon\r@")).asString(ISO_8859_1).isEqualTo("Icon\r");
    assertThat(Ext4View.list(image, "/")).contains("/Icon\r/", "/a\377b/");
  }

  @Test
  void devicesHaveTheirNumbersWhateverTheirSize() throws IOException {
    Metadata plain = metadata(Map.of());
    Path image =
        image(
            16 * MIB,
            made -> {
              add("large", FileNode.special(FileType.CHARACTER, plain, new Device(8, 70000)));
              add("small", FileNode.special(FileType.BLOCK, plain, new Device(5, 1)));
              add("most", FileNode.special(FileType.BLOCK, plain, new Device(4095, 1048575)));
              add("pipe", FileNode.special(FileType.PIPE, plain, Device.NONE));
              add("socket", FileNode.special(FileType.SOCKET, plain, Device.NONE));
            });

    assertThat(Ext4View.debugfs(image, "stat /large")).contains("character special", "08:70000");
    assertThat(Ext4View.debugfs(image, "stat /small")).contains("block special", "05:01");
    assertThat(Ext4View.debugfs(image, "stat /most")).contains("4095:1048575");
    assertThat(Ext4View.debugfs(image, "stat /pipe")).contains("Type: FIFO");
    assertThat(Ext4View.debugfs(image, "stat /socket")).contains("Type: socket");
    // makedev(8, 70000) and makedev(4095, 1048575) of the C library
    assertThat(Device.ofStat(0x11100870L)).isEqualTo(new Device(8, 70000));
    assertThat(Device.ofStat(0xFFFFFFFFL)).isEqualTo(new Device(4095, 1048575));
    assertThat(new Device(4096, 0).isValid()).isFalse();
    assertThat(new Device(0, 1 << 20).isValid()).isFalse();
  }

  @Test
  void targetsOfLinksAreInTheInodeOrInABlock() throws IOException {
    String longest = "d/".repeat(2046) + "../" + "f"; // 4096 bytes are too many for Linux
    longest = longest.substring(longest.length() - 4095);
    List<String> targets = List.of("f", "./" + "/".repeat(56) + "f", "/".repeat(59) + "f", longest);
    Path image =
        image(
            16 * MIB,
            made -> {
              add("f", FileNode.file(metadata(Map.of()), data(made, new byte[] {7})));
              for (String target : targets) {
                add("to" + target.length(), FileNode.link(metadata(Map.of()), target));
              }
            });

    assertThat(Ext4View.debugfs(image, "stat /to59")).contains("Fast link dest");
    assertThat(Ext4View.debugfs(image, "stat /to60")).contains("Size: 60", "EXTENTS");
    assertThat(Ext4View.debugfs(image, "stat /to4095")).contains("Size: 4095");
    assertThat(read(image, "/to59")).containsExactly(7);
    assertThat(read(image, "/to60")).containsExactly(7);
  }

  @Test
  void timesOwnersAndLinksAreKept() throws IOException {
    Path image =
        image(
            16 * MIB,
            made -> {
              FileNode file = add("f", FileNode.file(metadata(Map.of()), FileData.EMPTY));
              add("again", file);
              for (long seconds : new long[] {-5, 0, 1L << 31, 1L << 33}) {
                Metadata then =
                    new Metadata(07777, 0, 0, new FileTime(seconds, 123_456_789), Map.of());
                add("at" + seconds, FileNode.file(then, FileData.EMPTY));
              }
            });

    assertThat(Ext4View.debugfs(image, "stat /f"))
        .contains("Mode:  0640", "User: 70000", "Group: 80000", "Links: 2")
        .contains("mtime: 0x5f5e1000:00000014");
    assertThat(Ext4View.debugfs(image, "stat /at-5")).contains("mtime: 0xfffffffb:");
    assertThat(Ext4View.debugfs(image, "stat /at2147483648"))
        .contains("mtime: 0x80000000:1d6f3455", "2038", "Mode:  07777");
    assertThat(Ext4View.debugfs(image, "stat /at8589934592")).contains("2242");
  }

  @Test
  void attributesAreInTheInodeOrInABlock() throws IOException {
    Map<String, String> many = new HashMap<>();
    for (int i = 0; i < 40; i++) {
      many.put("user.attribute" + i, "v".repeat(i));
    }
    many.put("security.capability", "\1\0\0\2\377");
    many.put("trusted.overlay.opaque", "y");
    many.put("com.apple.quarantine", "not a kind that Linux has");
    String list = "\2\0\0\0" + acl(1, 7, -1) + acl(2, 6, 1234) + acl(4, 5, -1) + acl(16, 7, -1);
    Path image =
        image(
            16 * MIB,
            made -> {
              add("one", FileNode.file(metadata(Map.of("user.a", "b")), FileData.EMPTY));
              add("many", FileNode.file(metadata(many), FileData.EMPTY));
              Map<String, String> lists =
                  Map.of(
                      "system.posix_acl_access", list + acl(32, 4, -1),
                      "system.posix_acl_default", list + acl(32, 4, -1));
              add("list", FileNode.directory(metadata(lists)));
            });

    assertThat(Ext4View.debugfs(image, "stat /one")).contains("File ACL: 0").contains("user.a");
    assertThat(Ext4View.debugfs(image, "stat /many")).doesNotContain("File ACL: 0\n");
    assertThat(Ext4View.debugfs(image, "ea_get -x /many security.capability"))
        .contains("01 00 00 02 ff");
    assertThat(Ext4View.debugfs(image, "ea_get /many user.attribute39")).contains("v".repeat(39));
    assertThat(Ext4View.debugfs(image, "ea_list /many")).doesNotContain("apple");
    assertThat(Ext4View.debugfs(image, "ea_list /list"))
        .contains("system.posix_acl_access", "system.posix_acl_default");
    assertThat(Ext4View.debugfs(image, "ea_get -x /list system.posix_acl_access"))
        .contains("02 00 06 00 d2 04 00 00");
    var large = Map.of("user.large", "v".repeat(4090));
    add("large", FileNode.file(metadata(large), FileData.EMPTY));
    assertThat(catchThrowableOfType(Ext4Exception.class, () -> image(16 * MIB, made -> {})))
        .hasMessageContaining("bytes of extended attributes");
  }

  private static String acl(int tag, int rights, int id) {
    byte[] entry = new byte[8];
    ByteBuffer.wrap(entry)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putShort((short) tag)
        .putShort((short) rights)
        .putInt(id);
    return new String(entry, ISO_8859_1);
  }

  @Test
  void aDirectoryMayHaveAHundredThousandFiles() throws IOException {
    int count = 100_000;
    Path image =
        image(
            4096 * MIB,
            made -> {
              FileNode directory = add("d", FileNode.directory(Metadata.IMPLIED_DIRECTORY));
              for (int i = 0; i < count; i++) {
                FileNode file = FileNode.file(metadata(Map.of()), FileData.EMPTY);
                file.named(1);
                directory.put("file " + i, file);
              }
            });

    assertThat(Ext4View.debugfs(image, "stat /d")).contains("Flags: 0x81000");
    assertThat(Ext4View.debugfs(image, "stat \"/d/file 99999\"")).contains("Type: regular");
    assertThat(Ext4View.list(image, "/d").lines().filter(line -> line.contains("/file ")))
        .hasSize(count);
    assertThat(FileUse.allocatedBytes(image)).isLessThan(64 * MIB);
  }

  @Test
  void anIndexOfTwoLevelsIsSound() throws IOException {
    Path image =
        image(
            64 * MIB,
            made -> {
              for (int i = 0; i < 9000; i++) {
                String name = "%0255d".formatted(i * 7919);
                add(name, FileNode.special(FileType.PIPE, metadata(Map.of()), Device.NONE));
              }
            });

    assertThat(Ext4View.debugfs(image, "htree_dump /")).contains("Indirect levels: 1");
  }

  @Test
  void namesWithOneHashMayBeInTwoBlocks() throws IOException {
    NameHash hash = new NameHash();
    // Each hash is computed once: it is in the upper bits of what is sorted.
    List<String> all =
        IntStream.range(0, 400_000)
            .mapToLong(n -> Integer.toUnsignedLong(hash.of(numbered(n))) << 20 | n)
            .sorted()
            .mapToObj(key -> numbered((int) key & 0xfffff))
            .toList();
    int perBlock = (Layout.BLOCK - 12) / 16;
    int pair = perBlock;
    while (hash.of(all.get(pair)) != hash.of(all.get(pair + 1))) {
      pair++;
    }
    for (String name : all.subList(pair - perBlock + 1, pair + 50)) {
      add(name, FileNode.special(FileType.PIPE, metadata(Map.of()), Device.NONE));
    }

    Path image = image(16 * MIB, made -> {});

    assertThat(Ext4View.debugfs(image, "htree_dump /")).contains("Number of entries (count): 2");
    for (int one : new int[] {pair, pair + 1}) {
      assertThat(Ext4View.debugfs(image, "stat /" + all.get(one))).contains("Type: FIFO");
    }
  }

  /** Returns a name of eight digits. */
  private static String numbered(int n) {
    return Integer.toString(100_000_000 + n).substring(1);
  }

  @Test
  void manySubdirectoriesAreCountedUpToTheLimit() throws IOException {
    for (int i = 0; i < 65_100; i++) {
      add("d" + i, FileNode.directory(Metadata.IMPLIED_DIRECTORY));
    }

    Path image = image(1024 * MIB, made -> {});

    assertThat(Ext4View.debugfs(image, "stat /")).contains("Links: 1 ");
  }

  @Test
  void zeroesAreHolesInTheFileAndInTheImage() throws IOException {
    byte[] block = random(Layout.BLOCK);
    Content sparse =
        new Content() {
          @Override
          public void read(long offset, byte[] into, int count) {
            // Zeroes after the block. The JVM's first compiler makes a slow loop of Arrays.fill.
            System.arraycopy(Arrays.copyOf(block, into.length), 0, into, 0, into.length);
          }

          @Override
          public long nextData(long offset) {
            return (offset + 100 * MIB - 1) / (100 * MIB) * (100 * MIB);
          }
        };
    Path image =
        image(
            64 * MIB,
            made -> {
              FileData data = made.write(423L << 30, sparse);
              assertThat(data.allocatedBytes()).isEqualTo(4332L * Layout.BLOCK);
              add("sparse", FileNode.file(metadata(Map.of()), data));
              add("zeroes", FileNode.file(metadata(Map.of()), data(made, new byte[12_345_678])));
            });

    assertThat(Ext4View.debugfs(image, "stat /sparse")).contains("Size: 454192791552");
    assertThat(Ext4View.debugfs(image, "ex /sparse")).contains(" 2/ 2 ");
    assertThat(Ext4View.debugfs(image, "stat /zeroes")).contains("Size: 12345678", "Blockcount: 0");
    assertThat(FileUse.allocatedBytes(image)).isLessThan(20 * MIB);
    try (Ext4Reader reader = Ext4Reader.open(image)) {
      byte[] start = reader.read("/sparse", (int) (300 * MIB)).orElseThrow();
      for (int i = 0; i < 3; i++) {
        int from = Math.toIntExact(i * 100L * MIB);
        assertThat(Arrays.copyOfRange(start, from, from + Layout.BLOCK)).isEqualTo(block);
      }
      assertThat(start[Layout.BLOCK]).isZero();
    }
  }

  @Test
  void aLargeFileIsReadAsItWasWritten() throws IOException {
    byte[] content = random((int) (200 * MIB) + 17);
    Path image =
        image(
            512 * MIB,
            made -> add("large", FileNode.file(metadata(Map.of()), data(made, content))));

    assertThat(Arrays.equals(read(image, "/large"), content)).isTrue();
  }

  @Test
  void theSameInputGivesTheSameBytes() throws IOException {
    byte[] content = random(30_000);
    Filling filling =
        made -> {
          root.children().clear();
          Function<Integer, String> letters = i -> "v".repeat(i % 100);
          Map<String, String> attributes =
              IntStream.range(0, 30).boxed().collect(Collectors.toMap(i -> "user." + i, letters));
          for (int i = 0; i < 500; i++) {
            add("f" + i, FileNode.file(metadata(attributes), data(made, content)));
          }
        };

    assertThat(Files.mismatch(image(2048 * MIB, filling), image(2048 * MIB, filling)))
        .isEqualTo(-1);
  }

  @Test
  void theSpaceOfADiscardedContentIsUsedAgain() throws IOException {
    byte[] content = random((int) (20 * MIB));
    byte[] secret = "secret".repeat(1000).getBytes(ISO_8859_1);
    Path image =
        image(
            32 * MIB,
            made -> {
              FileData first = data(made, content);
              FileData hidden = data(made, secret);
              made.discard(first);
              add("f", FileNode.file(metadata(Map.of()), data(made, content)));
              made.discard(hidden);
            });

    assertThat(read(image, "/f")).isEqualTo(content);
    assertThat(new String(Files.readAllBytes(image), ISO_8859_1)).doesNotContain("secretsecret");
  }

  @Test
  void whatDoesNotFitIsRefused() {
    assertThat(full(made -> data(made, random((int) (17 * MIB))))).isTrue();
    assertThat(full(made -> data(made, random((int) (15.99 * MIB))))).isTrue();
    assertThat(
            full(
                made -> {
                  for (int i = 0; i < 33_000; i++) {
                    add("f" + i, FileNode.file(metadata(Map.of()), FileData.EMPTY));
                  }
                }))
        .isTrue();
    root.children().clear();
    FileNode linked = FileNode.file(metadata(Map.of()), FileData.EMPTY);
    for (int i = 0; i < 65_001; i++) {
      add("f" + i, linked);
    }
    assertThat(full(made -> {})).isFalse();
  }

  private boolean full(Filling filling) {
    return catchThrowableOfType(Ext4Exception.class, () -> image(16 * MIB, filling)).isFull();
  }

  @ParameterizedTest
  @ValueSource(
      longs = {16 * MIB, 128 * MIB, 128 * MIB + 4096, 129 * MIB + 5000, 1024 * MIB, 4 * TIB})
  void everySizeIsSound(long bytes) throws IOException {
    Path image = image(bytes, made -> add("d", FileNode.directory(Metadata.IMPLIED_DIRECTORY)));

    assertThat(image).hasSize(bytes);
    assertThat(FileUse.allocatedBytes(image)).isLessThan(8 * MIB);
  }
}
