package io.vmfactory.factory.boot;

import static org.assertj.core.api.Assertions.assertThat;

import io.vmfactory.vmm.VmFolder;
import io.vmfactory.vmm.VmFolders;
import io.vmfactory.vmm.VmId;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VmLogsTest {
  private static final int LONG = 5 << 20;

  @TempDir Path root;
  private VmFolders folders;
  private VmFolder folder;

  @BeforeEach
  void make() throws IOException {
    folders = new VmFolders(root.resolve("vm"));
    folder = folders.create(VmId.random());
    Files.writeString(folder.vmmLog(), "short");
  }

  private static long allocated(Path file) throws Exception {
    Process du = new ProcessBuilder("du", "-B1", file.toString()).start();
    String said = new String(du.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
    return Long.parseLong(said.split("\t", -1)[0]);
  }

  @Test
  void theEndOfALogStaysAndTheRestTakesNoRoom() throws Exception {
    Files.writeString(folder.consoleLog(), "x".repeat(LONG) + "the end");
    assertThat(allocated(folder.consoleLog())).isGreaterThan(LONG);
    VmFolder gone = folders.create(VmId.random()); // has no logs
    new VmLogs(folders.root()).bound();
    assertThat(allocated(folder.consoleLog())).isLessThan(VmLogs.KEPT_BYTES + 65536);
    Files.writeString(folder.consoleLog(), " and more", StandardOpenOption.APPEND);
    assertThat(Files.size(folder.consoleLog())).isEqualTo(LONG + "the end and more".length());
    assertThat(Files.readString(folder.consoleLog()))
        .endsWith("x".repeat(1 << 20) + "the end and more");
    assertThat(folder.vmmLog()).hasContent("short");
    assertThat(gone.path()).isEmptyDirectory();
  }

  @Test
  void aLinkInPlaceOfALogIsNotFollowed() throws Exception {
    Path victim = Files.writeString(root.resolve("victim"), "x".repeat(LONG));
    Files.createSymbolicLink(folder.consoleLog(), victim);
    new VmLogs(folders.root()).bound();
    assertThat(victim).hasContent("x".repeat(LONG));
    assertThat(allocated(victim)).isGreaterThanOrEqualTo(LONG);
  }

  @Test
  void noFolderIsNoFailure() throws IOException {
    new VmLogs(root.resolve("none")).bound();
    assertThat(root.resolve("none")).doesNotExist();
  }
}
