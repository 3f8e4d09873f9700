package io.vmfactory.client.sandbox.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vmfactory.client.sandbox.state.SandboxRecord.ContainerEntry;
import io.vmfactory.client.sandbox.state.SandboxRecord.ProcessEntry;
import io.vmfactory.client.sandbox.state.SandboxRecord.State;
import io.vmfactory.client.sandbox.state.SandboxRecord.WishEntry;
import io.vmfactory.configs.time.Deadline;
import io.vmfactory.configs.time.DeadlineExceededException;
import io.vmfactory.linux.DamagedDocuments;
import io.vmfactory.linux.PathLock;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SandboxStoreTest {
  @TempDir Path temporary;

  private Path dir;
  private SandboxStore store;

  @BeforeEach
  void open() {
    dir = temporary.resolve("sandboxes");
    store = new SandboxStore(dir);
  }

  private static SandboxRecord record(String id) {
    WishEntry wish =
        new WishEntry(
            2, 256, List.of("WARM"), "h", List.of("nameserver ::1"), true, 7, Map.of(), null);
    ProcessEntry owner = new ProcessEntry(1, 2, "/bin/owner");
    return SandboxRecord.created(id, Instant.EPOCH, owner, wish, "0123456789abcdef");
  }

  private static Deadline soon() {
    return Deadline.after(Duration.ofSeconds(30));
  }

  @Test
  void aSandboxIsThereOnceWholeAndForItsOwnerOnly() throws IOException {
    assertThat(store.ids()).isEmpty();
    assertThat(store.create(record("b"))).isTrue();
    assertThat(store.create(record("a"))).isTrue();
    assertThat(store.create(record("a").with(State.STOPPED))).isFalse();

    assertThat(store.ids()).containsExactly("a", "b");
    assertThat(store.read("a")).contains(record("a"));
    assertThat(store.read("c")).isEmpty();
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(dir.resolve("a"))))
        .isEqualTo("rwx------");
    assertThat(dir.toFile().list()).containsExactlyInAnyOrder("a", "b"); // no temporary folder
  }

  @Test
  void whoReadsWhileSomebodyWritesSeesOneRecordOrTheOther() {
    SandboxRecord small = record("s");
    SandboxRecord large = small;
    for (int i = 0; i < 500; i++) {
      large = large.with(new ContainerEntry("c" + i, List.of("d"), false));
    }
    SandboxRecord other = large;
    store.create(small);
    CompletableFuture<Void> writer =
        CompletableFuture.runAsync(
            () -> IntStream.range(0, 400).forEach(i -> store.write(i % 2 == 0 ? other : small)));

    while (!writer.isDone()) {
      assertThat(store.read("s").orElseThrow()).isIn(small, other);
    }
    soon().await(writer, "the writer");
  }

  @Test
  void whatAWriterThatWasKilledLeftDoesNotMatter() throws IOException {
    store.create(record("s"));
    Files.writeString(dir.resolve("s/sandbox.json.new"), "{\"version\":1,".repeat(1000));

    assertThat(store.read("s")).contains(record("s"));
    store.write(record("s").with(State.STOPPED));
    assertThat(store.read("s")).contains(record("s").with(State.STOPPED));
  }

  @Test
  void aRecordThatIsDamagedOrNewerIsSaidToBeSo() throws IOException {
    store.create(record("s"));
    Path file = dir.resolve("s/sandbox.json");
    String good = Files.readString(file);
    for (String bad : List.of("", "{", "null", "[]", good.replace("CREATED", "UPSIDE_DOWN"))) {
      Files.writeString(file, bad);
      assertThatThrownBy(() -> store.read("s"))
          .as(bad)
          .isInstanceOf(UnreadableSandboxException.class)
          .hasMessageContaining(file.toString());
    }
    Files.writeString(file, good.replace("\"version\":1", "\"version\":2"));
    assertThatThrownBy(() -> store.read("s"))
        .isInstanceOf(UnreadableSandboxException.class)
        .hasMessageContaining("format version 1");
  }

  @Test
  void aRecordWithOneFaultAnywhereIsSaidToBeDamaged() throws IOException {
    store.create(record("s").with(new ContainerEntry("c", List.of("d"), true)));
    Path file = dir.resolve("s/sandbox.json");
    for (byte[] damaged : DamagedDocuments.of(Files.readAllBytes(file))) {
      Files.write(file, damaged);
      assertThatThrownBy(() -> store.read("s"))
          .as(new String(damaged, StandardCharsets.UTF_8))
          .isInstanceOf(UnreadableSandboxException.class)
          .hasMessageContaining(file.toString());
    }
  }

  @Test
  void theContentOfATemplateIsReadWholeOrNotAtAll() {
    SandboxRecord with = record("s").with(new ContainerEntry("c", List.of("d"), true));
    byte[] good = with.content().description();
    assertThat(TemplateContent.of(good)).contains(with.content());
    for (byte[] damaged : DamagedDocuments.of(good)) {
      assertThat(TemplateContent.of(damaged))
          .as(new String(damaged, StandardCharsets.UTF_8))
          .isEmpty();
    }
  }

  @Test
  void oneChangesASandboxAtATime() throws IOException {
    store.create(record("s"));
    try (PathLock lock = store.lock("s", soon()).orElseThrow()) {
      assertThat(store.tryLock("s")).isEmpty();
      Deadline past = Deadline.after(Duration.ofMillis(1));
      assertThatThrownBy(() -> store.lock("s", past)).isInstanceOf(DeadlineExceededException.class);
    }
    store.tryLock("s").orElseThrow().close();
    store.lock("s", soon()).orElseThrow().close();
    assertThat(store.lock("none", soon())).isEmpty();
    assertThat(store.tryLock("none")).isEmpty();
  }

  @Test
  void whoWaitsForASandboxThatIsDeletedLearnsSo() throws IOException {
    store.create(record("s"));
    CompletableFuture<Optional<PathLock>> waiter;
    try (PathLock lock = store.lock("s", soon()).orElseThrow()) {
      waiter = CompletableFuture.supplyAsync(() -> store.lock("s", soon()));
      store.remove("s");
    }
    assertThat(soon().await(waiter, "the lock")).isEmpty();
    assertThat(dir).isEmptyDirectory();
    store.remove("s");
  }

  /** A process that holds the lock of a sandbox until it is killed. */
  static final class Holder {
    private Holder() {}

    public static void main(String[] args) throws IOException {
      try (PathLock held = new SandboxStore(Path.of(args[0])).lock("s", soon()).orElseThrow()) {
        System.out.write('!');
        System.out.flush();
        System.in.transferTo(System.out);
      }
    }
  }

  @Test
  void processesExcludeEachOtherAndAKilledOneExcludesNone() throws Exception {
    store.create(record("s"));
    Process holder =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-classpath",
                System.getProperty("java.class.path"),
                Holder.class.getName(),
                dir.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try {
      assertThat(holder.getInputStream().read()).isEqualTo('!');
      assertThat(store.tryLock("s")).isEmpty();
    } finally {
      holder.destroyForcibly().waitFor();
    }
    store.lock("s", soon()).orElseThrow().close();
  }

  @Test
  void whatIsHalfMadeOrHalfRemovedGoesWithItsProcess() throws Exception {
    Process dead = new ProcessBuilder("true").start();
    dead.waitFor();
    store.create(record("s"));
    Path left = Files.createDirectory(dir.resolve(".transit-" + dead.pid() + "-x"));
    Files.createFile(left.resolve("lock"));
    Path ours = Files.createDirectory(transit(ProcessHandle.current().pid()));
    Path foreign = Files.createDirectory(dir.resolve(".transit-strange"));

    store.sweep();

    assertThat(left).doesNotExist();
    assertThat(ours).exists();
    assertThat(foreign).exists();
    assertThat(store.ids()).containsExactly("s");
  }

  private Path transit(long pid) {
    return dir.resolve(".transit-" + pid + "-x");
  }

  @Test
  void severalSweepAtATime() throws Exception {
    Process dead = new ProcessBuilder("true").start();
    dead.waitFor();
    for (int i = 0; i < 100; i++) {
      Path left = Files.createDirectories(dir.resolve(".transit-" + dead.pid() + "-" + i));
      for (int j = 0; j < 10; j++) {
        Files.createFile(left.resolve("file" + j));
      }
    }
    List<CompletableFuture<Void>> sweeps =
        IntStream.range(0, 4).mapToObj(i -> CompletableFuture.runAsync(store::sweep)).toList();

    sweeps.forEach(sweep -> soon().await(sweep, "a sweep"));
    assertThat(dir).isEmptyDirectory();
  }
}
