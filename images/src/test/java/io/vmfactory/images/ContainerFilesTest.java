package io.vmfactory.images;

import static org.assertj.core.api.Assertions.assertThat;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.images.ContainerFiles.ContainerFile;
import io.vmfactory.images.ext4.Ext4View;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ContainerFilesTest {
  private static final byte[] YES = {'y'};

  @TempDir Path temp;
  private Path upper;
  private Path init;
  private Path top;
  private Path base;

  @BeforeEach
  void layers() throws IOException {
    upper = Files.createDirectories(temp.resolve("upper"));
    init = Files.createDirectories(temp.resolve("init"));
    top = Files.createDirectories(temp.resolve("top"));
    base = temp.resolve("base");
    Files.createDirectories(base.resolve("etc"));
    Files.writeString(base.resolve("etc/name"), "of the image");
  }

  private Optional<ContainerFiles> read() {
    return ContainerFiles.read(List.of(upper, init), List.of(top, base));
  }

  private static Path write(Path layer, String path, String content) throws IOException {
    Path file = layer.resolve(path);
    Files.createDirectories(file.getParent());
    return Files.writeString(file, content);
  }

  private static void whiteout(Path layer, String path) throws Exception {
    Files.createDirectories(layer.resolve(path).getParent());
    Process made =
        new ProcessBuilder("mknod", layer.resolve(path).toString(), "c", "0", "0").start();
    assertThat(made.waitFor()).isZero();
  }

  private List<String> files() {
    return read().orElseThrow().files().stream().map(ContainerFile::path).toList();
  }

  @Test
  void aContainerWithoutFilesHasNone() {
    assertThat(files()).isEmpty();
  }

  @Test
  void whatEnginesAddIsSmall() throws IOException {
    Files.createDirectory(upper.resolve("etc"));
    Files.createSymbolicLink(upper.resolve("etc/mtab"), Path.of("/proc/mounts"));
    Files.createFile(
        init.resolve(".dockerenv"),
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));
    Files.createDirectory(init.resolve("dev"));
    assertThat(files()).containsExactly("/.dockerenv", "/dev", "/etc/mtab");
    ContainerFile link = read().orElseThrow().files().get(2);
    assertThat(new String(link.content(), StandardCharsets.UTF_8)).isEqualTo("/proc/mounts");
    assertThat(Integer.toOctalString(link.mode())).isEqualTo("120777");
  }

  @Test
  void aFolderWithAnotherModeIsWritten() throws IOException {
    Files.createDirectory(upper.resolve("etc"));
    Files.setPosixFilePermissions(
        upper.resolve("etc"), PosixFilePermissions.fromString("rwx------"));
    assertThat(files()).containsExactly("/etc");
  }

  @Test
  void theUpperFileCounts() throws IOException {
    write(upper, "etc/name", "upper");
    write(init, "etc/name", "init");
    assertThat(read().orElseThrow().files())
        .singleElement()
        .satisfies(file -> assertThat(file.content()).asString().isEqualTo("upper"));
  }

  @Test
  void theImageIsMadeWithoutThem() throws Exception {
    Path merged = Files.createDirectories(temp.resolve("merged"));
    write(merged, "etc/name", "of the container");
    write(merged, "etc/other", "of both");
    write(merged, "own/deep/file", "of the container");
    write(upper, "etc/name", "of the container");
    write(upper, "own/deep/file", "of the container");
    RootfsImages images = RootfsImages.open(temp.resolve("images"), Long.MAX_VALUE, 64L << 20);
    try (Image image =
        images.fromLayers(
            merged,
            List.of(top, base),
            read().orElseThrow(),
            Deadline.after(Duration.ofSeconds(60)))) {
      Ext4View.assertSound(image.path());
      assertThat(Ext4View.cat(image.path(), "/etc/name")).isEqualTo("of the image");
      assertThat(Ext4View.cat(image.path(), "/etc/other")).isEqualTo("of both");
      assertThat(Ext4View.cat(image.path(), "/own")).doesNotContain("container");
      assertThat(Ext4View.cat(image.path(), "/own/deep/file")).doesNotContain("container");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"program", "library-link", "large", "whiteout", "opaque", "folder", "file"})
  void otherFilesMustBeInTheImage(String kind) throws Exception {
    switch (kind) {
      case "program" -> write(upper, "bin/x", "#!").toFile().setExecutable(true);
      case "library-link" -> Files.createSymbolicLink(upper.resolve("lib"), Path.of("/usr/lib"));
      case "large" -> write(upper, "data", "x".repeat(70_000));
      case "whiteout" -> whiteout(upper, "etc/name");
      case "opaque" -> {
        Files.createDirectory(upper.resolve("etc"));
        Files.setAttribute(upper.resolve("etc"), "user:overlay.opaque", YES);
      }
      case "folder" -> write(upper, "etc/name/below", "a folder in place of a file");
      default -> write(upper, "etc", "a file in place of a folder");
    }
    assertThat(read()).isEmpty();
  }

  @Test
  void manyFilesToo() throws IOException {
    for (int i = 0; i < 64; i++) {
      write(init, "f" + i, "");
    }
    assertThat(files()).hasSize(64);
    write(upper, "one", "");
    assertThat(read()).isEmpty();
  }

  @Test
  void aFolderThatHidesNothingMayBeOpaque() throws IOException {
    Files.createDirectory(upper.resolve("new"));
    Files.setAttribute(upper.resolve("new"), "user:overlay.opaque", YES);
    assertThat(files()).containsExactly("/new");
  }

  @Test
  void whatALayerOfTheImageHidesIsNotThere() throws Exception {
    write(upper, "etc/name", "upper");
    whiteout(top, "etc/name");
    assertThat(read().orElseThrow().below()).containsEntry("etc/name", Optional.empty());
    Files.delete(top.resolve("etc/name"));
    Files.setAttribute(top.resolve("etc"), "user:overlay.opaque", YES);
    assertThat(read().orElseThrow().below()).containsEntry("etc/name", Optional.empty());
    write(top, "etc/name", "of the top layer");
    assertThat(read().orElseThrow().below().get("etc/name"))
        .hasValueSatisfying(
            path -> assertThat(new String(path, StandardCharsets.UTF_8)).endsWith("/top/etc/name"));
  }

  @Test
  void aFileWhoseContentIsInAnotherLayerIsNotTaken() throws IOException {
    write(upper, "etc/name", "upper");
    write(top, "etc/name", "");
    Files.setAttribute(top.resolve("etc/name"), "user:overlay.metacopy", new byte[0]);
    assertThat(read()).isEmpty();
  }
}
