package io.vmfactory.runtime.bundle;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LayeredRootTest {
  private static final Path ROOT = Path.of("/pods/1/merged");
  private static final String OVERLAY =
      "46 42 0:40 / /pods/1/merged rw,relatime - overlay overlay rw,lowerdir=/l/A,upperdir=/u,x=y";
  private static final String OTHER =
      "47 42 0:41 / /pods/2/merged rw,relatime - overlay overlay rw,lowerdir=/l/B,upperdir=/v";
  private static final String EXT4 = "48 42 254:0 / /pods/1/merged rw - ext4 /dev/vda rw,discard";

  @Test
  void findsTheOverlayAtARoot() {
    assertThat(LayeredRoot.options(ROOT, List.of(OTHER, OVERLAY)))
        .hasValue(List.of("rw", "lowerdir=/l/A", "upperdir=/u", "x=y"));
  }

  @Test
  void whatIsMountedOnTopCounts() {
    assertThat(LayeredRoot.options(ROOT, List.of(OVERLAY, EXT4))).isEmpty();
    assertThat(LayeredRoot.options(ROOT, List.of(EXT4, OVERLAY))).isPresent();
  }

  @Test
  void aPlainFolderIsItself() {
    assertThat(LayeredRoot.options(ROOT, List.of(OTHER))).isEmpty();
    assertThat(LayeredRoot.of(Path.of("/tmp"))).isEmpty();
  }

  private static Optional<LayeredRoot> split(String lower) {
    return LayeredRoot.split(List.of("rw", "lowerdir=" + lower, "upperdir=/u"));
  }

  @Test
  void theFolderThatItWritesToIsTheContainersOwn() {
    assertThat(split("/l/B:/l/A"))
        .hasValue(
            new LayeredRoot(List.of(Path.of("/u")), List.of(Path.of("/l/B"), Path.of("/l/A"))));
    assertThat(LayeredRoot.split(List.of("lowerdir=/l/A")))
        .hasValue(new LayeredRoot(List.of(), List.of(Path.of("/l/A"))));
  }

  @Test
  void soIsDockersLayerOfMountPoints(@TempDir Path folder) throws IOException {
    Path init = Files.createDirectories(folder.resolve("1-init/diff"));
    Path link = Files.createSymbolicLink(folder.resolve("L"), init);
    assertThat(split(link + ":/l/A"))
        .hasValue(new LayeredRoot(List.of(Path.of("/u"), link), List.of(Path.of("/l/A"))));
    assertThat(split(link.toString()))
        .hasValue(new LayeredRoot(List.of(Path.of("/u")), List.of(link)));
  }

  @Test
  void layersWithoutFullPathsAreNotFollowed() {
    assertThat(split("l/A:/l/B")).isEmpty();
    assertThat(split("/l/A\\:b")).isEmpty();
    assertThat(split("/l/A::/l/data")).isEmpty();
  }
}
