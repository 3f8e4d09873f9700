package io.vmfactory.linux;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class SwappedFileTest {
  private SwappedFile file;

  @BeforeEach
  void name(@TempDir Path folder) {
    file = new SwappedFile(folder.resolve("a.json"), folder.resolve("a.json.tmp"));
  }

  private void write(String text) throws IOException {
    file.write(text.getBytes(UTF_8));
  }

  private String read() throws IOException {
    return Files.readString(file.path());
  }

  @Test
  void eachContentReplacesTheOneBeforeAlsoALongerOne() throws IOException {
    for (String text : new String[] {"first", "the second one is longer", "3", "fourth", ""}) {
      write(text);
      assertThat(read()).isEqualTo(text);
    }
    assertThat(Files.getPosixFilePermissions(file.path()))
        .isEqualTo(PosixFilePermissions.fromString("rw-------"));
  }

  @Test
  void afterTheSecondTimeNoFileIsMade() throws IOException {
    write("1");
    write("2");
    Set<Object> inodes = Set.of(inode(file.path()), inode(file.spare()));
    write("3");
    write("4");
    assertThat(Set.of(inode(file.path()), inode(file.spare()))).isEqualTo(inodes);
  }

  private static Object inode(Path of) throws IOException {
    return Files.getAttribute(of, "unix:ino");
  }

  @Test
  void whatAWriterThatWasKilledLeftHalfDoneMeansNothing() throws IOException {
    write("whole");
    Files.writeString(file.spare(), "a half that is longer than what comes");
    assertThat(read()).isEqualTo("whole");
    write("next");
    assertThat(read()).isEqualTo("next");
  }

  @Test
  void aWriteThatFailsLeavesWhatWasThere() throws IOException {
    write("1");
    Files.createDirectories(file.spare().resolve("not empty"));
    assertThatThrownBy(() -> write("2")).isInstanceOf(IOException.class);
    assertThat(read()).isEqualTo("1");
  }

  @Test
  void aPlantedLinkIsReplacedAndNeverFollowed(@TempDir Path elsewhere) throws IOException {
    Path victim = Files.writeString(elsewhere.resolve("victim"), "precious");
    for (Path name : List.of(file.spare(), file.path())) {
      write("0");
      write("1");
      Files.delete(name);
      Files.createSymbolicLink(name, victim);
      write("2");
      write("3");
      assertThat(read()).isEqualTo("3");
      assertThat(victim).hasContent("precious");
      assertThat(Files.isRegularFile(file.path(), LinkOption.NOFOLLOW_LINKS)).isTrue();
    }
  }

  @Test
  void aSecondNameOfAnotherFileIsReplacedAndNeverWritten(@TempDir Path elsewhere)
      throws IOException {
    Path victim = Files.writeString(elsewhere.resolve("victim"), "precious");
    Files.createLink(file.spare(), victim);
    write("1");
    assertThat(read()).isEqualTo("1");
    assertThat(victim).hasContent("precious");
  }

  @Test
  void aPipeOrAForeignFileInPlaceOfTheSpareIsReplaced() throws Exception {
    assertThat(new ProcessBuilder("mkfifo", file.spare().toString()).start().waitFor()).isZero();
    write("1");
    assertThat(read()).isEqualTo("1");
    Files.writeString(file.spare(), "");
    Files.setPosixFilePermissions(file.spare(), PosixFilePermissions.fromString("rw-rw-rw-"));
    write("2");
    assertThat(read()).isEqualTo("2");
    assertThat(Files.getPosixFilePermissions(file.path()))
        .isEqualTo(PosixFilePermissions.fromString("rw-------"));
  }

  @Test
  void anInterruptedThreadWritesToo() throws IOException {
    Thread.currentThread().interrupt();
    write("1");
    write("2");
    assertThat(Thread.interrupted()).isTrue();
    assertThat(read()).isEqualTo("2");
  }

  /** Writes for ever: texts of one letter each and of different lengths. */
  static final class Victim {
    private Victim() {}

    public static void main(String[] names) throws IOException {
      SwappedFile file = new SwappedFile(Path.of(names[0]), Path.of(names[1]));
      for (int i = 0; ; i++) {
        file.write(Character.toString('a' + i % 26).repeat(1 + i % 700).getBytes(UTF_8));
      }
    }
  }

  @RepeatedTest(5)
  void theWriterMayBeKilledAtAnyMoment() throws Exception {
    write("a");
    WatchService watch = file.path().getFileSystem().newWatchService();
    file.path().getParent().register(watch, StandardWatchEventKinds.ENTRY_CREATE);
    Process victim =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-classpath",
                System.getProperty(
                    "surefire.test.class.path", System.getProperty("java.class.path")),
                Victim.class.getName(),
                file.path().toString(),
                file.spare().toString())
            .inheritIO()
            .start();
    try (watch) {
      awaitWrites(watch, 1 + new Random().nextInt(50));
    } finally {
      victim.destroyForcibly().waitFor();
    }
    String text = read();
    assertThat(text).isEqualTo(text.substring(0, 1).repeat(text.length()));
  }

  private static void awaitWrites(WatchService watch, int times) throws InterruptedException {
    for (int i = 0; i < times; i++) {
      WatchKey key = watch.poll(30, TimeUnit.SECONDS);
      assertThat(key).as("the victim writes").isNotNull();
      key.pollEvents();
      key.reset();
    }
  }
}
