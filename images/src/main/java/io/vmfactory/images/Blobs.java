package io.vmfactory.images;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.images.ImageException.Reason;
import io.vmfactory.images.OciLayout.LayerUser;
import io.vmfactory.linux.Sha256;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.ZipException;

/** The blobs of an image layout. Verifies size and digest of each blob while it is read. */
final class Blobs {
  private static final Pattern SHA256 = Pattern.compile("sha256:([0-9a-f]{64})");
  private static final int BUFFER = 1 << 16;

  private final Path directory;

  Blobs(Path directory) {
    this.directory = directory;
  }

  /** Returns whether the layout contains a blob. */
  boolean has(Descriptor descriptor) {
    return SHA256.matcher(descriptor.digest()).matches()
        && Files.exists(directory.resolve(descriptor.digest().replace(':', '/')));
  }

  /** Returns the content of a JSON blob. */
  byte[] json(Descriptor descriptor) throws IOException {
    byte[] bytes = LayoutJson.bounded(file(descriptor));
    MessageDigest digest = Sha256.start();
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
    String found = "sha256:" + Sha256.hex(digest);
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
  void layer(Descriptor descriptor, String diffId, LayerUser user, Deadline deadline)
      throws IOException {
    LayoutJson.checkLayer(descriptor.mediaType());
    MessageDigest blobDigest = Sha256.start();
    try (InputStream file = Files.newInputStream(file(descriptor))) {
      var blob = new BufferedInputStream(new DigestInputStream(file, blobDigest), BUFFER);
      MessageDigest archiveDigest = Sha256.start();
      try (InputStream plain = Compression.of(blob).open(blob, deadline)) {
        var archive = new DigestInputStream(plain, archiveDigest);
        user.use(new BufferedInputStream(archive, BUFFER));
        archive.transferTo(OutputStream.nullOutputStream());
        blob.transferTo(OutputStream.nullOutputStream());
      }
      verify(descriptor.digest(), blobDigest);
      verify(diffId, archiveDigest);
    } catch (ZipException | EOFException e) {
      throw new ImageException(Reason.INVALID, "is damaged: " + e.getMessage(), e);
    }
  }
}
