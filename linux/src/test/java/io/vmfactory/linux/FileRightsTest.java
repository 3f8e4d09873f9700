package io.vmfactory.linux;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.vmfactory.configs.host.OwnUser;
import io.vmfactory.linux.OsException.Kind;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests that a client has the files that the kernel would let it open, and no other. */
final class FileRightsTest {
  private static final FileRights NOBODY = FileRights.of(new UserIds(65534, Set.of(65534L)));

  @TempDir private Path temp;
  private Path closed;
  private Path secret;
  private Path shared;

  @BeforeEach
  void makeFiles() throws IOException {
    assumeTrue(OwnUser.isRoot(), "only root can make files of other users");
    mode(temp, "rwxr-xr-x");
    closed = Files.createDirectory(temp.resolve("closed"));
    secret = file(closed.resolve("secret"), "rw-r--r--");
    shared = file(temp.resolve("shared"), "rw-r--r--");
    mode(closed, "rwx------");
  }

  private static Path file(Path path, String mode) throws IOException {
    Files.writeString(path, path.getFileName().toString());
    return mode(path, mode);
  }

  private static Path mode(Path path, String mode) throws IOException {
    return Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(mode));
  }

  private static String content(Path path, FileRights rights) {
    try (DriveFile file = DriveFile.hold(path, rights);
        Descriptor open = file.open(false)) {
      return Files.readString(Path.of("/proc/self/fd/" + open.number()));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static void refused(Kind kind, String words, Path path) {
    assertThatThrownBy(() -> content(path, NOBODY))
        .isInstanceOfSatisfying(OsException.class, e -> assertThat(e.kind()).isEqualTo(kind))
        .hasMessageContaining(words);
  }

  private Path link(String name, Path target) throws IOException {
    return Files.createSymbolicLink(temp.resolve(name), target);
  }

  @Test
  void whatAFolderOnTheWayForbidsIsForbidden() throws IOException {
    assertThat(content(secret, FileRights.OWN)).isEqualTo("secret");
    refused(Kind.FORBIDDEN, "uid 65534 may not enter " + closed, secret);
    refused(Kind.FORBIDDEN, "may not enter", closed.resolve("missing"));
    refused(Kind.FORBIDDEN, "may not enter", closed.resolve("../shared"));
    refused(Kind.FORBIDDEN, "may not enter", link("straight", secret));
    refused(Kind.FORBIDDEN, "may not enter", link("relative", Path.of("closed/secret")));
    refused(Kind.FORBIDDEN, "may not enter", link("folder", closed).resolve("secret"));
    assertThat(content(link("fine", shared), NOBODY)).isEqualTo("shared");
    assertThat(content(temp.resolve("./closed/.././/shared"), FileRights.OWN)).isEqualTo("shared");
  }

  @Test
  void theFilesOfProcessesAreNobodys() throws IOException {
    try (RandomAccessFile open = new RandomAccessFile(secret.toFile(), "r")) {
      for (FileRights rights : List.of(NOBODY, FileRights.OWN)) {
        for (String way : List.of("/proc/self/fd/", "/proc/thread-self/fd/", "/dev/fd/")) {
          for (int fd = 0; fd < 300; fd++) {
            processFile(Path.of(way + fd), rights);
          }
        }
        long pid = ProcessHandle.current().pid();
        processFile(Path.of("/proc/%d/root%s".formatted(pid, secret)), rights);
        processFile(Path.of("/proc/self/cwd/pom.xml"), rights);
        processFile(Path.of("/proc/self/environ"), rights);
        processFile(Path.of("/proc/self/exe"), rights);
        processFile(Path.of("/dev/stdin"), rights);
        Files.deleteIfExists(temp.resolve("trap"));
        processFile(link("trap", Path.of("/proc/self/fd/" + 3)), rights);
      }
      assertThat(open.length()).isPositive();
    }
  }

  private static void processFile(Path path, FileRights rights) {
    assertThatThrownBy(() -> content(path, rights))
        .isInstanceOfSatisfying(
            OsException.class, e -> assertThat(e.kind()).isEqualTo(Kind.INVALID))
        .hasMessageContaining("/proc");
  }

  @Test
  void onlyARegularFileWithContentIsADrive() throws Exception {
    for (String name : List.of("pipe", "device")) {
      List<String> make =
          name.equals("pipe") ? List.of("p") : List.of("c", "1", "5"); // 1:5 = /dev/zero
      List<String> command = new ArrayList<>(List.of("mknod", "-m", "0666"));
      command.add(temp.resolve(name).toString());
      command.addAll(make);
      assertThat(new ProcessBuilder(command).start().waitFor()).isZero();
      refused(Kind.INVALID, "not a regular file", temp.resolve(name));
    }
    refused(Kind.INVALID, "not a regular file", temp);
    refused(Kind.INVALID, "no such file", temp.resolve("missing"));
    refused(Kind.INVALID, "is empty", Files.createFile(temp.resolve("empty")));
    refused(Kind.INVALID, "not a folder", shared.resolve("x"));
    refused(Kind.INVALID, "too many links", link("loop", temp.resolve("loop")));
  }

  @Test
  void aLinkOfAnotherUserInAFolderForAllIsNotFollowed() throws Exception {
    Path all = Files.createDirectory(temp.resolve("all"));
    assertThat(new ProcessBuilder("chmod", "1777", all.toString()).start().waitFor()).isZero();
    Path trap = Files.createSymbolicLink(all.resolve("trap"), shared);
    Files.setAttribute(trap, "unix:uid", 1234, java.nio.file.LinkOption.NOFOLLOW_LINKS);
    refused(Kind.FORBIDDEN, "another user made a link", trap);
    assertThatThrownBy(() -> content(trap, FileRights.OWN)).hasMessageContaining("another user");
    Files.setAttribute(trap, "unix:uid", 65534, java.nio.file.LinkOption.NOFOLLOW_LINKS);
    assertThat(content(trap, NOBODY)).isEqualTo("shared");
  }

  @Test
  void whatIsReplacedOnTheWayLeadsNowhereElse() throws Exception {
    Path open = Files.createDirectory(temp.resolve("open"));
    file(open.resolve("secret"), "rw-r--r--");
    Files.writeString(open.resolve("secret"), "harmless");
    Path place = temp.resolve("place");
    Path spare = temp.resolve("spare");
    AtomicBoolean over = new AtomicBoolean();
    Files.createSymbolicLink(place, open);
    CompletableFuture<Void> swaps =
        CompletableFuture.runAsync(
            () -> {
              for (int i = 0; !over.get(); i++) {
                swap(spare, i % 2 == 0 ? closed : open, place);
              }
            });
    int seen = 0;
    for (int i = 0; i < 2000; i++) {
      try {
        assertThat(content(place.resolve("secret"), NOBODY)).isEqualTo("harmless");
        seen++;
      } catch (OsException e) {
        assertThat(e.kind()).isEqualTo(Kind.FORBIDDEN);
      }
    }
    over.set(true);
    swaps.join();
    assertThat(seen).isBetween(1, 1999);
  }

  private static void swap(Path spare, Path target, Path place) {
    try {
      Files.createSymbolicLink(spare, target);
      Files.move(spare, place, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /** Random owners, groups, modes and access control lists; the kernel is the judge. */
  @Test
  void theAnswerIsTheKernels() throws Exception {
    Random random = new Random(29);
    List<Path> files = new ArrayList<>();
    for (int i = 0; i < 400; i++) {
      Path file = Files.writeString(temp.resolve("f" + i), "x");
      Files.setAttribute(file, "unix:uid", pick(random, 0, 1234, 1299));
      Files.setAttribute(file, "unix:gid", pick(random, 0, 1235, 1236, 1299));
      Files.setAttribute(file, "unix:mode", random.nextInt(0777));
      entries(random, file);
      files.add(file);
    }
    FileRights client = FileRights.of(new UserIds(1234, Set.of(1235L, 1236L)));
    List<String> kernels = kernels(files);
    assertThat(kernels).hasSameSizeAs(files);
    assertThat(allowed(files, client)).containsExactlyElementsOf(kernels);
  }

  private static void entries(Random random, Path file) {
    for (int i = random.nextInt(4); i > 0; i--) {
      switch (random.nextInt(3)) {
        case 0 -> AccessList.letRead(file, pick(random, 1234, 1299));
        case 1 -> AccessList.letUse(file, pick(random, 1234, 1299));
        default -> AccessList.letGroupUse(file, pick(random, 1235, 1236, 1299));
      }
    }
    if (random.nextInt(4) == 0) {
      // Changes the mask of a file that has a list.
      try {
        Files.setAttribute(file, "unix:mode", random.nextInt(0777));
      } catch (IOException e) {
        throw new AssertionError(e);
      }
    }
  }

  @Test
  void aListMayBeLong() throws IOException {
    Path file = file(temp.resolve("listed"), "rw-------");
    for (long uid = 2000; uid < 2100; uid++) {
      AccessList.letRead(file, uid);
    }
    assertThat(content(file, FileRights.of(new UserIds(2099, Set.of())))).isEqualTo("listed");
    refused(Kind.FORBIDDEN, "may not open it for reading", file);
  }

  private static int pick(Random random, int... from) {
    return from[random.nextInt(from.length)];
  }

  private static List<String> allowed(List<Path> files, FileRights client) {
    List<String> answers = new ArrayList<>();
    for (Path path : files) {
      try (HeldPath file = HeldPath.find(path, FileRights.OWN)) {
        answers.add(
            path.getFileName()
                + (file.allows(client, AccessList.READ) ? "r" : "-")
                + (file.allows(client, AccessList.WRITE) ? "w" : "-")
                + (file.allows(client, AccessList.ENTER) ? "x" : "-"));
      }
    }
    return answers;
  }

  private static List<String> kernels(List<Path> files) throws IOException {
    String script =
        "for f; do a=-; b=-; c=-; [ -r $f ] && a=r; [ -w $f ] && b=w; [ -x $f ] && c=x;"
            + " echo ${f##*/}$a$b$c; done";
    List<String> command =
        new ArrayList<>(
            List.of("setpriv", "--reuid=1234", "--regid=1235", "--groups=1235,1236", "sh", "-c"));
    command.addAll(List.of(script, "sh"));
    files.forEach(file -> command.add(file.toString()));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    return new String(process.getInputStream().readAllBytes(), UTF_8).lines().toList();
  }
}
