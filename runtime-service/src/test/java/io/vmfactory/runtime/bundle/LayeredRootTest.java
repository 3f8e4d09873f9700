package io.vmfactory.runtime.bundle;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
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
    assertThat(LayeredRoot.layers(Path.of("/tmp"))).isEmpty();
  }

  @Test
  void theLayersCountWhileTheContainerHasNoFiles(@TempDir Path folder) throws IOException {
    Path upper = Files.createDirectory(folder.resolve("upper"));
    List<String> options = List.of("rw", "lowerdir=/l/B:/l/A", "upperdir=" + upper);
    assertThat(LayeredRoot.lower(options)).containsExactly(Path.of("/l/B"), Path.of("/l/A"));
    Files.createFile(upper.resolve("own"));
    assertThat(LayeredRoot.lower(options)).isEmpty();
  }

  @Test
  void layersWithoutFullPathsAreNotFollowed() {
    assertThat(LayeredRoot.lower(List.of("lowerdir=l/A:/l/B"))).isEmpty();
    assertThat(LayeredRoot.lower(List.of("lowerdir=/l/A\\:b"))).isEmpty();
    assertThat(LayeredRoot.lower(List.of("lowerdir=/l/A::/l/data"))).isEmpty();
    assertThat(LayeredRoot.lower(List.of("lowerdir=/l/A"))).containsExactly(Path.of("/l/A"));
  }
}
