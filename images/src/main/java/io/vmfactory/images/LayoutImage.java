package io.vmfactory.images;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.linux.Trees;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Creates the image of an OCI image. */
final class LayoutImage {
  private final Ext4 ext4;
  private final OciLayout layout;
  private final OciManifest manifest;
  private final Deadline deadline;

  LayoutImage(Ext4 ext4, OciLayout layout, OciManifest manifest, Deadline deadline) {
    this.ext4 = ext4;
    this.layout = layout;
    this.manifest = manifest;
    this.deadline = deadline;
  }

  /** Creates the image in {@code folder}. */
  Path make(Path folder) throws IOException {
    Path contents = Files.createDirectory(folder.resolve("contents"), Trees.OWNER_ONLY);
    LayerTree tree = new LayerTree(contents, ext4.bytes(), deadline);
    layout.layers(manifest, tree::add, deadline);
    Path script = folder.resolve("script");
    TreeScript.write(tree.root(), script);
    Path image = folder.resolve("image");
    ext4.make(image, tree.entries(), deadline);
    ext4.change(image, script, deadline);
    return image;
  }
}
