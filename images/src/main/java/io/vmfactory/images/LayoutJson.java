package io.vmfactory.images;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.vmfactory.images.ImageException.Reason;
import io.vmfactory.images.ProcessDefaults.UserIds;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Parses the JSON documents of an image layout. */
final class LayoutJson {
  /** More than any registry accepts. */
  static final int MOST_BYTES = 4 << 20;

  private static final ObjectMapper MAPPER = new ObjectMapper();

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
    if (!mediaType.matches(".*[./]tar([.+-].*)?")) {
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

  /** Returns whether a descriptor is for this platform or for no specific one. */
  static boolean fits(JsonNode descriptor) {
    JsonNode platform = descriptor.path("platform");
    return platform.isMissingNode()
        || (platform.path("os").asText().equals("linux")
            && platform.path("architecture").asText().equals("amd64"));
  }

  static OciManifest manifest(
      String digest, List<Descriptor> layers, JsonNode config, String where) {
    String platform = config.path("os").asText() + "/" + config.path("architecture").asText();
    if (!platform.equals("linux/amd64")) {
      throw new ImageException(
          Reason.INVALID, "%s: the image is for %s, not linux/amd64".formatted(where, platform));
    }
    List<String> diffIds = texts(config.path("rootfs").path("diff_ids"));
    if (layers.isEmpty() || diffIds.size() != layers.size()) {
      throw new ImageException(
          Reason.INVALID,
          "%s: the manifest has %d layers, but the configuration has %d"
              .formatted(where, layers.size(), diffIds.size()));
    }
    JsonNode process = config.path("config");
    return new OciManifest(
        digest,
        layers,
        diffIds,
        new ProcessDefaults(
            texts(process.path("Entrypoint")),
            texts(process.path("Cmd")),
            texts(process.path("Env")),
            process.path("WorkingDir").asText(""),
            new UserIds(0, 0, List.of())),
        process.path("User").asText(""));
  }

  private static List<String> texts(JsonNode list) {
    List<String> texts = new ArrayList<>();
    list.forEach(item -> texts.add(item.asText()));
    return texts;
  }
}
