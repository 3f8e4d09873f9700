package io.vmfactory.images;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.images.ImageException.Reason;
import io.vmfactory.images.ext4.Ext4View;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LayersImageTest {
  private static final long ROOTFS = 64L << 20;

  @TempDir Path temp;
  private Path merged;
  private Path lower;
  private Path upper;

  @BeforeEach
  void folders() throws IOException {
    merged = Files.createDirectory(temp.resolve("merged"));
    Files.writeString(merged.resolve("file"), "first");
    lower = Files.createDirectory(temp.resolve("lower"));
    upper = Files.createDirectory(temp.resolve("upper"));
  }

  private static Deadline soon() {
    return Deadline.after(Duration.ofSeconds(60));
  }

  private Image image(Path... layers) {
    return RootfsImages.open(temp.resolve("images"), Long.MAX_VALUE, ROOTFS)
        .fromLayers(merged, List.of(layers), ContainerFiles.NONE, soon());
  }

  @Test
  void theImageHasTheMergedFiles() throws Exception {
    try (Image image = image(upper, lower)) {
      Ext4View.assertSound(image.path());
      assertThat(Ext4View.cat(image.path(), "/file")).isEqualTo("first");
    }
  }

  @Test
  void theSameLayersAreNotReadAgain() throws IOException {
    try (Image first = image(upper, lower)) {
      Files.delete(merged.resolve("file"));
      try (Image second = image(upper, lower)) {
        assertThat(second.path()).isEqualTo(first.path());
      }
    }
  }

  @Test
  void otherLayersAndAnotherOrderAreAnotherImage() {
    try (Image both = image(upper, lower);
        Image one = image(lower);
        Image turned = image(lower, upper)) {
      assertThat(List.of(one.path(), turned.path())).doesNotContain(both.path());
      assertThat(one.path()).isNotEqualTo(turned.path());
    }
  }

  @Test
  void aLayerThatIsMadeAgainIsAnother() throws IOException {
    try (Image first = image(lower)) {
      Files.move(lower, temp.resolve("earlier"));
      Files.createDirectory(lower);
      try (Image second = image(lower)) {
        assertThat(second.path()).isNotEqualTo(first.path());
      }
    }
  }

  @Test
  void aLayerIsTheSameThroughALink() throws IOException {
    Path link = Files.createSymbolicLink(temp.resolve("link"), lower);
    try (Image first = image(lower);
        Image second = image(link)) {
      assertThat(second.path()).isEqualTo(first.path());
    }
  }

  @Test
  void aMissingLayerIsAnError() {
    ImageException missing =
        catchThrowableOfType(ImageException.class, () -> image(temp.resolve("none")));
    assertThat(missing).hasMessageContaining("none");
    assertThat(missing.reason()).isEqualTo(Reason.CHANGED);
  }
}
