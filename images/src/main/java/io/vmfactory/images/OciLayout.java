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
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * An OCI image layout: a directory with index.json and blobs named by their digests. Verifies size
 * and digest of every blob that is read.
 */
final class OciLayout {
  private static final String NAME = "org.opencontainers.image.ref.name";
  private static final Set<String> INDEXES =
      Set.of(
          "application/vnd.oci.image.index.v1+json",
          "application/vnd.docker.distribution.manifest.list.v2+json");
  private static final Set<String> MANIFESTS =
      Set.of(
          "application/vnd.oci.image.manifest.v1+json",
          "application/vnd.docker.distribution.manifest.v2+json");
  private static final int DEEPEST_INDEX = 4;

  private final Path root;
  private final Blobs blobs;

  OciLayout(Path root) {
    this.root = root;
    this.blobs = new Blobs(root.resolve("blobs"));
  }

  Blobs blobs() {
    return blobs;
  }

  /**
   * Returns the manifest of the image for linux/amd64.
   *
   * @param reference its name or {@code sha256:} digest; null if there is only one
   */
  OciManifest manifest(@Nullable String reference) throws IOException {
    List<JsonNode> named = named(index(), reference);
    if (named.size() > 1) {
      throw new ImageException(
          Reason.NOT_FOUND,
          "%s: holds several images; name one of them: %s"
              .formatted(root, String.join(", ", names(named))));
    }
    Descriptor found =
        LayoutJson.descriptor(named.get(0)).isOf(INDEXES)
            ? inIndex(LayoutJson.descriptor(named.get(0)), 1)
            : LayoutJson.descriptor(named.get(0));
    return read(found);
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

  private List<JsonNode> named(JsonNode index, @Nullable String reference) {
    List<JsonNode> usable = new ArrayList<>();
    for (JsonNode one : index.path("manifests")) {
      Descriptor descriptor = LayoutJson.descriptor(one);
      if ((descriptor.isOf(INDEXES) || descriptor.isOf(MANIFESTS)) && LayoutJson.fits(one)) {
        usable.add(one);
      }
    }
    List<JsonNode> named =
        usable.stream()
            .filter(
                one ->
                    reference == null
                        || reference.equals(name(one))
                        || reference.equals(one.path("digest").asText()))
            .toList();
    if (named.isEmpty()) {
      String what = reference == null ? "image" : "image \"" + reference + "\"";
      throw new ImageException(
          Reason.NOT_FOUND,
          "%s: holds no %s for linux/amd64; available: %s"
              .formatted(root, what, usable.isEmpty() ? "none" : String.join(", ", names(usable))));
    }
    return named;
  }

  private static String name(JsonNode descriptor) {
    return descriptor.path("annotations").path(NAME).asText();
  }

  private static List<String> names(List<JsonNode> descriptors) {
    return descriptors.stream()
        .map(one -> name(one).isEmpty() ? one.path("digest").asText() : name(one))
        .toList();
  }

  /** Returns the first image for this platform in an index, like other container engines. */
  private Descriptor inIndex(Descriptor index, int depth) throws IOException {
    if (depth > DEEPEST_INDEX) {
      throw new ImageException(Reason.INVALID, root + ": its indexes are nested too deeply");
    }
    for (JsonNode one : LayoutJson.parse(blobs.json(index), root).path("manifests")) {
      Descriptor descriptor = LayoutJson.descriptor(one);
      if (LayoutJson.fits(one) && descriptor.isOf(MANIFESTS)) {
        return descriptor;
      }
      if (LayoutJson.fits(one) && descriptor.isOf(INDEXES)) {
        return inIndex(descriptor, depth + 1);
      }
    }
    throw new ImageException(Reason.NOT_FOUND, root + ": holds no image for linux/amd64");
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
