package io.vmfactory.images;

import io.vmfactory.images.ImageException.Reason;
import io.vmfactory.images.OciLayout.LayerUser;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/** The blobs of an image layout. Verifies size and digest of each blob while it is read. */
final class Blobs {
  private static final Pattern SHA256 = Pattern.compile("sha256:([0-9a-f]{64})");
  private static final int BUFFER = 1 << 16;

  private final Path directory;

  Blobs(Path directory) {
    this.directory = directory;
  }

  /** Returns the content of a JSON blob. */
  byte[] json(Descriptor descriptor) throws IOException {
    byte[] bytes = LayoutJson.bounded(file(descriptor));
    MessageDigest digest = SequenceDigest.start();
    digest.update(bytes);
    verify(descriptor.digest(), digest);
    return bytes;
  }

  /** Returns the file of a blob, after checking that it exists with the right size. */
  private Path file(Descriptor descriptor) throws IOException {
    Matcher matcher = SHA256.matcher(descriptor.digest());
    if (!matcher.matches()) {
      throw new ImageException(
          Reason.INVALID, "\"%s\": is not a sha256 digest".formatted(descriptor.digest()));
    }
    Path file = directory.resolve("sha256").resolve(matcher.group(1));
    if (!Files.isRegularFile(file)) {
      throw new ImageException(Reason.NOT_FOUND, file + ": no such blob; the layout is incomplete");
    }
    if (Files.size(file) != descriptor.size()) {
      throw new ImageException(
          Reason.INVALID,
          "%s: has %d bytes instead of %d".formatted(file, Files.size(file), descriptor.size()));
    }
    return file;
  }

  private static void verify(String expected, MessageDigest digest) {
    String found = "sha256:" + HexFormat.of().formatHex(digest.digest());
    if (!found.equals(expected)) {
      throw new ImageException(
          Reason.INVALID, "is damaged: its digest is %s instead of %s".formatted(found, expected));
    }
  }

  /**
   * Opens a layer's archive for {@code user}.
   *
   * @param diffId the digest of the archive
   */
  void layer(Descriptor descriptor, String diffId, LayerUser user) throws IOException {
    boolean gzip = isGzip(descriptor.mediaType());
    try (InputStream file = Files.newInputStream(file(descriptor))) {
      var blob =
          new DigestInputStream(new BufferedInputStream(file, BUFFER), SequenceDigest.start());
      InputStream plain = gzip ? new GZIPInputStream(blob, BUFFER) : blob;
      var archive = new DigestInputStream(plain, SequenceDigest.start());
      user.use(archive);
      archive.transferTo(OutputStream.nullOutputStream());
      blob.transferTo(OutputStream.nullOutputStream());
      verify(descriptor.digest(), blob.getMessageDigest());
      verify(diffId, archive.getMessageDigest());
    } catch (ZipException | EOFException e) {
      throw new ImageException(Reason.INVALID, "is damaged: " + e.getMessage(), e);
    }
  }

  private static boolean isGzip(String mediaType) {
    return switch (mediaType) {
      case "application/vnd.oci.image.layer.v1.tar",
          "application/vnd.oci.image.layer.nondistributable.v1.tar" ->
          false;
      case "application/vnd.oci.image.layer.v1.tar+gzip",
          "application/vnd.oci.image.layer.nondistributable.v1.tar+gzip",
          "application/vnd.docker.image.rootfs.diff.tar.gzip" ->
          true;
      default ->
          throw new ImageException(
              Reason.INVALID,
              mediaType.endsWith("zstd")
                  ? "is compressed with zstd, which is not supported; copy the image with gzip"
                      + " layers (skopeo copy --dest-compress-format gzip)"
                  : "has the unknown media type \"" + mediaType + "\"");
    };
  }
}
