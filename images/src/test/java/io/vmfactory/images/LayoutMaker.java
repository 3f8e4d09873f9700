package io.vmfactory.images;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.vmfactory.linux.Sha256;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPOutputStream;

/** Creates an OCI image layout file by file. */
final class LayoutMaker {
  static final String TAR = "application/vnd.oci.image.layer.v1.tar";
  static final String GZIP = TAR + "+gzip";
  static final String MANIFEST = "application/vnd.oci.image.manifest.v1+json";
  static final String INDEX = "application/vnd.oci.image.index.v1+json";

  private final Path root;
  private final List<String> layers = new ArrayList<>();
  private final List<String> diffIds = new ArrayList<>();
  private final List<String> images = new ArrayList<>();

  LayoutMaker(Path root) throws IOException {
    this.root = root;
    Files.createDirectories(root.resolve("blobs/sha256"));
    Files.writeString(root.resolve("oci-layout"), "{\"imageLayoutVersion\":\"1.0.0\"}");
  }

  static String sha256(byte[] bytes) {
    return "sha256:" + Sha256.hex(bytes);
  }

  static byte[] gzip(byte[] plain) throws IOException {
    var out = new ByteArrayOutputStream();
    try (var gzip = new GZIPOutputStream(out)) {
      gzip.write(plain);
    }
    return out.toByteArray();
  }

  Path blob(String digest) {
    return root.resolve("blobs/sha256").resolve(digest.substring("sha256:".length()));
  }

  String descriptor(String mediaType, byte[] blob, String more) throws IOException {
    String digest = sha256(blob);
    Files.write(blob(digest), blob);
    return "{\"mediaType\":\"%s\",\"digest\":\"%s\",\"size\":%d%s}"
        .formatted(mediaType, digest, blob.length, more);
  }

  LayoutMaker layer(TarBytes tar) throws IOException {
    byte[] archive = tar.whole();
    return layer(GZIP, gzip(archive), sha256(archive));
  }

  LayoutMaker layer(String mediaType, byte[] blob, String diffId) throws IOException {
    layers.add(descriptor(mediaType, blob, ""));
    diffIds.add('"' + diffId + '"');
    return this;
  }

  /** Returns the manifest of an image with all layers so far. */
  byte[] manifest(String platform, String process) throws IOException {
    String[] parts = platform.split("/", 2);
    String config =
        "{\"os\":\"%s\",\"architecture\":\"%s\",\"config\":{%s},\"rootfs\":{\"diff_ids\":%s}}"
            .formatted(parts[0], parts[1], process.replace('\'', '"'), diffIds);
    String described =
        descriptor("application/vnd.oci.image.config.v1+json", config.getBytes(UTF_8), "");
    return "{\"schemaVersion\":2,\"config\":%s,\"layers\":%s}"
        .formatted(described, layers)
        .getBytes(UTF_8);
  }

  /** Adds an image with all layers so far to the index. */
  LayoutMaker image(String name, String process) throws IOException {
    return add(MANIFEST, manifest("linux/amd64", process), name(name));
  }

  static String name(String name) {
    return ",\"annotations\":{\"org.opencontainers.image.ref.name\":\"%s\"}".formatted(name);
  }

  static String platform(String platform) {
    String[] parts = platform.split("/", 2);
    return ",\"platform\":{\"os\":\"%s\",\"architecture\":\"%s\"}".formatted(parts[0], parts[1]);
  }

  LayoutMaker add(String mediaType, byte[] document, String more) throws IOException {
    images.add(descriptor(mediaType, document, more));
    return this;
  }

  static byte[] index(List<String> manifests) {
    return "{\"schemaVersion\":2,\"manifests\":%s}".formatted(manifests).getBytes(UTF_8);
  }

  /** Writes index.json. */
  Path done() throws IOException {
    Files.write(root.resolve("index.json"), index(images));
    return root;
  }
}
