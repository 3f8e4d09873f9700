package io.vmfactory.configs.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every folder above counts, as for sshd; /tmp, in which these tests run, has the sticky bit. */
class OwnershipTest {
  private static final int STRANGER = 12345;

  @TempDir Path top;
  private Path above;
  private Path file;

  @BeforeEach
  void make() throws IOException {
    top = top.toRealPath();
    above = Files.createDirectories(top.resolve("above"));
    file = Files.writeString(Files.createDirectories(above.resolve("folder")).resolve("f"), "1");
  }

  private void refused(Path path, String remedy) {
    assertThatThrownBy(() -> Ownership.require(path))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(remedy);
  }

  private static void give(Path path) throws IOException {
    assumeTrue(OwnUser.isRoot(), "only root can give files away");
    Files.setAttribute(path, "unix:uid", STRANGER);
  }

  private static void mode(Path path, String mode) throws IOException {
    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(mode));
  }

  @Test
  void whatIsOursBelowWhatIsOursIsBelieved() throws IOException {
    assertThat(Ownership.require(file)).isEqualTo(file);
    assertThat(Ownership.require(above.resolve("../above/./folder/f"))).isEqualTo(file);
  }

  @Test
  void anotherUsersFileOrFolderIsRefusedWithTheCommandThatMendsIt() throws IOException {
    give(file);
    String mended =
        "%s belongs to uid 12345; check it, then: chown root: '%1$s' && chmod go-w '%1$s'";
    refused(file, mended.formatted(file));
    Files.setAttribute(file, "unix:uid", 0);
    give(above);
    refused(file, mended.formatted(above));
  }

  @ParameterizedTest
  @ValueSource(strings = {"rwxrwx---", "rwxr-x-w-", "rwxrwxrwx"})
  void aFolderAboveThatOthersMayWriteIsRefused(String mode) throws IOException {
    mode(above, mode);
    refused(file, "other users may write %s; check it, then: chmod go-w '%1$s'".formatted(above));
  }

  @Test
  void theStickyBitHelpsAFolderAboveAndNotTheFolderItself() throws IOException {
    Files.setAttribute(above, "unix:mode", 01777);
    assertThat(Ownership.require(file)).isEqualTo(file);
    refused(above, "chmod go-w");
  }

  @Test
  void aLinkIsFollowedIfItAndItsWayAreOurs() throws IOException {
    Path link = Files.createSymbolicLink(top.resolve("link"), Path.of("above/folder"));
    Path second = Files.createSymbolicLink(top.resolve("second"), link);
    assertThat(Ownership.require(second.resolve("f"))).isEqualTo(file);
    mode(above, "rwxrwxrwx");
    refused(second.resolve("f"), "chmod go-w '" + above + "'");
  }

  @Test
  void aLinkOfAnotherUserIsRefused() throws IOException {
    Path link = Files.createSymbolicLink(top.resolve("link"), above);
    assumeTrue(OwnUser.isRoot(), "only root can give files away");
    Files.setAttribute(link, "unix:uid", STRANGER, java.nio.file.LinkOption.NOFOLLOW_LINKS);
    refused(link.resolve("folder/f"), "belongs to uid 12345");
  }

  @Test
  void linksThatLeadInACircleEnd() throws IOException {
    Path link = Files.createSymbolicLink(top.resolve("a"), Path.of("b"));
    Files.createSymbolicLink(top.resolve("b"), Path.of("a"));
    assertThatThrownBy(() -> Ownership.require(link)).isInstanceOf(FileSystemLoopException.class);
  }

  @Test
  void aMissingFileIsSaidToBeMissing() {
    assertThatThrownBy(() -> Ownership.require(above.resolve("none")))
        .isInstanceOf(NoSuchFileException.class);
  }

  @Test
  void theUserThatInstalledThisProgramMayOwnItsFiles() throws IOException {
    assertThat(Ownership.requireInstalled(file)).isEqualTo(file);
    mode(file, "rw-rw-rw-");
    assertThatThrownBy(() -> Ownership.requireInstalled(file))
        .hasMessageContaining("chmod go-w '" + file + "'");
    mode(file, "rw-------");
    give(file);
    assertThatThrownBy(() -> Ownership.requireInstalled(file)).hasMessageContaining("uid 12345");
  }

  @Test
  void aQuoteInANameDoesNotLeaveTheCommand() throws IOException {
    Path odd = Files.createDirectory(top.resolve("it's"));
    mode(odd, "rwxrwxrwx");
    refused(odd, "chmod go-w '" + top + "/it'\\''s'");
  }
}
