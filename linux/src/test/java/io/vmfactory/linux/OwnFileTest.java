package io.vmfactory.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OwnFileTest {
  @TempDir Path folder;
  private Path file;

  @BeforeEach
  void place() {
    file = folder.resolve("f");
  }

  @Test
  void readsUpToTheLimitAndNotMore() throws IOException {
    Files.writeString(file, "1234");
    assertThat(OwnFile.read(file, 4)).hasSize(4);
    refused(3, "too large");
  }

  @Test
  void anInterruptedThreadWritesAndReadsToo() throws IOException {
    Thread.currentThread().interrupt();
    OwnerOnly.replace(file, new byte[] {1});
    OwnerOnly.replaceOnDisk(file, new byte[] {2});
    byte[] read = OwnFile.read(file, 4);
    try (StateFile state = StateFile.create("state")) {
      state.put(read);
      assertThat(state.content()).isEqualTo(new byte[] {2});
    }
    assertThat(Thread.interrupted()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"rw-rw----", "rw-----w-", "rwxrwxrwx"})
  void refusesWhatOthersMayWrite(String mode) throws IOException {
    Files.writeString(file, "1");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
    refused(4, "chmod go-w");
  }

  @Test
  void refusesAnotherUsersFile() throws IOException {
    Files.writeString(file, "1");
    assumeTrue((int) Files.getAttribute(file, "unix:uid") == 0, "only root can give files away");
    Files.setAttribute(file, "unix:uid", 12345);
    refused(4, "chown root: '" + file + "' && chmod go-w");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/dev/zero", "/etc/hostname"})
  void refusesALink(String target) throws IOException {
    Files.createSymbolicLink(file, Path.of(target));
    assertThatThrownBy(() -> OwnFile.read(file, 4096)).isInstanceOf(IOException.class);
  }

  @Test
  void refusesADirectoryAndAPipe() throws Exception {
    Files.createDirectory(file);
    refused(4, "not a regular file");
    Files.delete(file);
    assertThat(new ProcessBuilder("mkfifo", file.toString()).start().waitFor()).isZero();
    refused(4, "not a regular file");
  }

  private void refused(int mostBytes, String why) {
    assertThatThrownBy(() -> OwnFile.read(file, mostBytes))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(why);
  }
}
