package io.vmfactory.bench.engines;

import io.vmfactory.bench.commands.TimedCommand;
import io.vmfactory.configs.time.Deadline;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/**
 * A small image of one layer.
 *
 * @param layer the layer, a tar archive
 * @param archive the whole image in Docker's format
 */
record EngineImage(Path layer, Path archive) {
  /** Name of the image in the archive. */
  static final String NAME = "vmfactory.bench/busy:1";

  /** Makes the image of {@code tree} in {@code folder}. */
  static EngineImage of(Path tree, Path folder, Deadline deadline) throws IOException {
    Path content = Files.createDirectories(folder.resolve("image"));
    Path layer = content.resolve("layer.tar");
    pack(tree, layer, deadline);
    Files.writeString(
        content.resolve("config.json"),
        """
        {"architecture": "amd64", "os": "linux", "config": {"Env": ["PATH=/bin"]},
         "rootfs": {"type": "layers", "diff_ids": ["sha256:%s"]}}
        """
            .formatted(sha256(layer)));
    Files.writeString(
        content.resolve("manifest.json"),
        """
        [{"Config": "config.json", "RepoTags": ["%s"], "Layers": ["layer.tar"]}]
        """
            .formatted(NAME));
    Path archive = folder.resolve("image.tar");
    pack(content, archive, deadline);
    return new EngineImage(layer, archive);
  }

  private static void pack(Path tree, Path archive, Deadline deadline) throws IOException {
    var unused =
        TimedCommand.run(
            List.of("tar", "-C", tree.toString(), "-cf", archive.toString(), "."), deadline);
  }

  private static String sha256(Path file) throws IOException {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      try (InputStream in = new DigestInputStream(Files.newInputStream(file), digest)) {
        in.transferTo(OutputStream.nullOutputStream());
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JVM has SHA-256", e);
    }
  }
}
