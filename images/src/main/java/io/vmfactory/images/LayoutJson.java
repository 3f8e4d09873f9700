package io.vmfactory.images;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.vmfactory.images.ImageException.Reason;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/** Parses the JSON documents of an image layout. */
final class LayoutJson {
  /** More than any registry accepts. */
  static final int MOST_BYTES = 4 << 20;

  /** A layer is a tar archive, whatever it is compressed with. */
  private static final Pattern LAYER = Pattern.compile(".*[./]tar([.+-].*)?|");

  private static final Set<String> CONFIGS =
      Set.of(
          "application/vnd.oci.image.config.v1+json",
          "application/vnd.docker.container.image.v1+json");

  private static final ObjectMapper MAPPER =
      new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  private LayoutJson() {}

  /** Returns the content of {@code file}. Rejects files that are too large for such a document. */
  static byte[] bounded(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      byte[] bytes = in.readNBytes(MOST_BYTES + 1);
      if (bytes.length > MOST_BYTES) {
        throw new ImageException(
            Reason.TOO_LARGE, "%s: has more than %d bytes".formatted(file, MOST_BYTES));
      }
      return bytes;
    }
  }

  static JsonNode parse(byte[] json, Path of) throws IOException {
    try {
      JsonNode tree = MAPPER.readTree(json);
      return tree == null ? MissingNode.getInstance() : tree;
    } catch (JsonProcessingException e) {
      throw new ImageException(
          Reason.INVALID, "%s: is not JSON: %s".formatted(of, e.getOriginalMessage()), e);
    }
  }

  /**
   * Throws if a blob is no layer of a file system. How it is compressed does not matter: Docker and
   * others label that wrongly.
   */
  static void checkLayer(String mediaType) {
    if (mediaType.endsWith("+encrypted")) {
      throw new ImageException(
          Reason.INVALID, "is encrypted; decrypt the image first (skopeo copy --decryption-key)");
    }
    if (!LAYER.matcher(mediaType).matches()) {
      throw new ImageException(
          Reason.INVALID,
          "has the media type \"%s\", which is not that of a layer".formatted(mediaType));
    }
  }

  static Descriptor descriptor(JsonNode node) {
    return new Descriptor(
        node.path("mediaType").asText(),
        node.path("digest").asText(),
        node.path("size").asLong(-1));
  }

  /** Returns whether a manifest is that of an image. */
  static boolean isImage(JsonNode manifest) {
    if (!manifest.path("artifactType").asText().isEmpty()) {
      return false;
    }
    String config = manifest.path("config").path("mediaType").asText();
    JsonNode layers = manifest.path("layers");
    for (JsonNode layer : layers) {
      if (LAYER.matcher(layer.path("mediaType").asText()).matches()) {
        return true;
      }
    }
    return layers.isEmpty() && CONFIGS.contains(config);
  }

  static OciManifest manifest(
      String digest, List<Descriptor> layers, JsonNode config, String where) {
    String platform = config.path("os").asText() + "/" + config.path("architecture").asText();
    if (!platform.equals("linux/amd64")) {
      throw new ImageException(
          Reason.INVALID, "%s: the image is for %s, not linux/amd64".formatted(where, platform));
    }
    List<String> diffIds = ImageConfig.texts(config.path("rootfs").path("diff_ids"));
    if (layers.isEmpty() || diffIds.size() != layers.size()) {
      throw new ImageException(
          Reason.INVALID,
          "%s: the manifest has %d layers, but the configuration has %d"
              .formatted(where, layers.size(), diffIds.size()));
    }
    JsonNode process = config.path("config");
    return new OciManifest(
        digest, layers, diffIds, ImageConfig.defaults(process), process.path("User").asText(""));
  }
}
