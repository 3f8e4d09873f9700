package io.vmfactory.runtime.folders;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.guest.GuestFile;
import io.vmfactory.guest.GuestSandbox;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class FolderWatchTest {
  private static final String TARGET = "/run/copy";
  private static final long SECONDS = 20;

  @TempDir Path temp;

  private final ExecutorService executor = Executors.newFixedThreadPool(2);
  private final FolderWatch watch = new FolderWatch(executor);

  /** What the guest has, relative to the copy, and in which order it was written. */
  private final Map<String, String> guest = new TreeMap<>();

  private final List<String> order = new ArrayList<>();
  private final BlockingQueue<Map<String, String>> states = new LinkedBlockingQueue<>();
  private Path source;

  @BeforeEach
  void make() throws IOException {
    source = Files.createDirectory(temp.resolve("source"));
  }

  @AfterEach
  void close() {
    watch.close();
    executor.shutdownNow();
  }

  private GuestSandbox sandbox() {
    return (GuestSandbox)
        Proxy.newProxyInstance(
            getClass().getClassLoader(),
            new Class<?>[] {GuestSandbox.class},
            (proxy, method, args) -> {
              if (method.getName().equals("copyFile")) {
                copied((GuestFile) args[0]);
              } else {
                pruned((String) args[0], (Collection<?>) args[1]);
              }
              return null;
            });
  }

  private void copied(GuestFile file) {
    if (!file.path().equals(TARGET)) {
      String name = file.path().substring(TARGET.length() + 1);
      guest.put(name, new String(file.content(), UTF_8));
      order.add(name);
    }
  }

  private void pruned(String path, Collection<?> keep) {
    assertThat(path).isEqualTo(TARGET);
    guest.keySet().retainAll(keep);
    states.add(new TreeMap<>(guest));
  }

  private Runnable follow() {
    return watch.follow(List.of(new FolderCopy(source.toString(), TARGET)), deadline -> sandbox());
  }

  /** Waits until the guest has exactly this. */
  private void becomes(Map<String, String> wanted) throws InterruptedException {
    Deadline deadline = Deadline.after(Duration.ofSeconds(SECONDS));
    Map<String, String> last = null;
    while (!wanted.equals(last)) {
      last = states.poll(deadline.remaining().toMillis() + 1, TimeUnit.MILLISECONDS);
      assertThat(last).as("the guest never has %s", wanted).isNotNull();
    }
  }

  private void version(String name, String content) throws IOException {
    Path folder = Files.createDirectory(source.resolve(name));
    Files.writeString(folder.resolve("key"), content);
    Path link = Files.createSymbolicLink(source.resolve("..data_tmp"), Path.of(name));
    Files.move(link, source.resolve("..data"), StandardCopyOption.ATOMIC_MOVE);
  }

  @Test
  void whatKubernetesSwapsIsSwappedInTheGuest() throws Exception {
    version("..1", "one");
    Files.createSymbolicLink(source.resolve("key"), Path.of("..data/key"));
    follow();
    becomes(Map.of("..1", "", "..1/key", "one", "..data", "..1", "key", "..data/key"));
    order.clear();
    version("..2", "two");
    Files.delete(source.resolve("..1/key"));
    Files.delete(source.resolve("..1"));
    becomes(Map.of("..2", "", "..2/key", "two", "..data", "..2", "key", "..data/key"));
    assertThat(order.indexOf("..data")).isGreaterThan(order.indexOf("..2/key"));
  }

  @Test
  void changesInFoldersBelowAreSeenAlsoInNewOnes() throws Exception {
    follow();
    becomes(Map.of());
    Path deep = Files.createDirectories(source.resolve("a/b"));
    becomes(Map.of("a", "", "a/b", ""));
    Files.writeString(deep.resolve("file"), "x");
    becomes(Map.of("a", "", "a/b", "", "a/b/file", "x"));
    Files.writeString(deep.resolve("file"), "longer");
    becomes(Map.of("a", "", "a/b", "", "a/b/file", "longer"));
    Files.delete(deep.resolve("file"));
    becomes(Map.of("a", "", "a/b", ""));
  }

  @Test
  void afterTheEndNothingIsWritten() throws Exception {
    Runnable end = follow();
    becomes(Map.of());
    end.run();
    try (var seen = FileSystems.getDefault().newWatchService()) {
      source.register(seen, java.nio.file.StandardWatchEventKinds.ENTRY_CREATE);
      Files.writeString(source.resolve("late"), "x");
      assertThat(seen.poll(SECONDS, TimeUnit.SECONDS)).isNotNull();
    }
    watch.close();
    executor.shutdown();
    assertThat(executor.awaitTermination(SECONDS, TimeUnit.SECONDS)).isTrue();
    assertThat(guest).isEmpty();
  }

  private Optional<FolderContent> content() throws IOException {
    return FolderContent.read(new FolderCopy(source.toString(), TARGET));
  }

  @Test
  void onlySmallFoldersOfPlainFilesAreCopied() throws Exception {
    assertThat(content()).isPresent();
    for (int i = 0; i < FolderContent.MOST_ENTRIES; i++) {
      Files.createFile(source.resolve("f" + i));
    }
    assertThat(content()).isPresent();
    Path last = Files.createFile(source.resolve("last"));
    assertThat(content()).isEmpty();
    Files.delete(last);
    Files.write(source.resolve("f0"), new byte[FolderContent.MOST_BYTES]);
    assertThat(content()).isPresent();
    Files.write(source.resolve("f1"), new byte[1]);
    assertThat(content()).isEmpty();
    Files.delete(source.resolve("f1"));
    Files.createFile(source.resolve("a name"));
    assertThat(content()).isEmpty();
  }

  @Test
  void ownersAndModesAreThoseOfTheHost() throws Exception {
    Path file = Files.writeString(source.resolve("secret"), "x");
    Files.setAttribute(file, "unix:mode", 0100400);
    Files.setAttribute(source, "unix:mode", 0040711);
    FolderContent content = content().orElseThrow();
    assertThat(content.files()).extracting(GuestFile::mode).containsExactly(0040711, 0100400);
    assertThat(content.files())
        .extracting(GuestFile::uid)
        .containsOnly((Integer) Files.getAttribute(source, "unix:uid"));
  }
}
