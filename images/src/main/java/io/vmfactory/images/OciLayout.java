package io.vmfactory.images;

import com.fasterxml.jackson.databind.JsonNode;
import io.vmfactory.configs.time.Deadline;
import io.vmfactory.images.ImageException.Reason;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An OCI image layout: a directory with index.json and blobs named by their digests. Verifies size
 * and digest of every blob that is read.
 */
final class OciLayout {
  private final Path root;
  private final Blobs blobs;

  OciLayout(Path root) {
    this.root = root;
    this.blobs = new Blobs(root.resolve("blobs"));
  }

  /**
   * Returns the manifest of the image for linux/amd64.
   *
   * @param reference its name or {@code sha256:} digest; null if there is only one
   */
  OciManifest manifest(@Nullable String reference) throws IOException {
    return read(new LayoutIndex(root, blobs, index()).manifest(reference));
  }

  private JsonNode index() throws IOException {
    Path layout = root.resolve("oci-layout");
    Path index = root.resolve("index.json");
    if (!Files.isRegularFile(layout) || !Files.isRegularFile(index)) {
      throw new ImageException(
          Reason.NOT_FOUND,
          root + ": is not an OCI image layout, because oci-layout or index.json is missing");
    }
    String version =
        LayoutJson.parse(LayoutJson.bounded(layout), layout).path("imageLayoutVersion").asText();
    if (!version.equals("1.0.0")) {
      throw new ImageException(
          Reason.INVALID,
          "%s: has version \"%s\"; only 1.0.0 is supported".formatted(layout, version));
    }
    return LayoutJson.parse(LayoutJson.bounded(index), index);
  }

  private OciManifest read(Descriptor descriptor) throws IOException {
    JsonNode manifest = LayoutJson.parse(blobs.json(descriptor), root);
    Descriptor config = LayoutJson.descriptor(manifest.path("config"));
    List<Descriptor> layers = new ArrayList<>();
    manifest.path("layers").forEach(layer -> layers.add(LayoutJson.descriptor(layer)));
    return LayoutJson.manifest(
        descriptor.digest(), layers, LayoutJson.parse(blobs.json(config), root), root.toString());
  }

  /** Reads the complete tar archive of a layer. */
  @FunctionalInterface
  interface LayerUser {
    void use(InputStream tar) throws IOException;
  }

  /** Opens each layer in turn, the lowest first. Verifies its digests after it was read. */
  void layers(OciManifest manifest, LayerUser user, Deadline deadline) throws IOException {
    for (int i = 0; i < manifest.layers().size(); i++) {
      Descriptor layer = manifest.layers().get(i);
      deadline.check("unpacking " + layer.digest());
      try {
        blobs.layer(layer, manifest.diffIds().get(i), user, deadline);
      } catch (ImageException e) {
        throw new ImageException(
            e.reason(), "layer %s: %s".formatted(layer.digest(), e.getMessage()), e);
      }
    }
  }
}
