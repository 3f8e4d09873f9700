package io.vmfactory.images;

import io.vmfactory.configs.time.WallClock;
import io.vmfactory.linux.RawPath;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Stores the digests of directories on disk, so that an unchanged directory is only listed and not
 * read again.
 *
 * <p>Relies on two things: the kernel sets the change time (ctime) of a file with every change, and
 * the clock is not set back. Then any change after the listing has a later time. Because times may
 * be coarse, a directory that changed just now is not stored.
 */
final class TreeMemo {
  static final String SUFFIX = ".memo";

  private static final int MOST = 1000;
  private static final Duration COARSEST = Duration.ofSeconds(3);

  private final Path directory;
  private final WallClock clock;

  TreeMemo(Path directory, WallClock clock) {
    this.directory = directory;
    this.clock = clock;
  }

  /**
   * Returns the digest of {@code tree}: the stored one or, if it has changed, one computed from its
   * content.
   */
  String digest(Path root, DirectoryTree tree) throws IOException {
    Path memo = directory.resolve(new SequenceDigest().bytes(RawPath.bytes(root)).hex() + SUFFIX);
    String stamp = tree.stamp();
    Optional<String> known = known(memo, stamp);
    if (known.isPresent()) {
      return known.get();
    }
    // Check this before reading: a change during the read has a later time.
    boolean settled = tree.lastChange().toInstant().isBefore(clock.now().minus(COARSEST));
    String digest = tree.digest();
    if (settled) {
      Files.write(memo, List.of(stamp, digest, check(stamp, digest)));
      trim();
    }
    return digest;
  }

  private static Optional<String> known(Path memo, String stamp) throws IOException {
    try {
      List<String> lines = Files.readAllLines(memo, StandardCharsets.ISO_8859_1);
      boolean whole = lines.size() == 3 && lines.get(2).equals(check(lines.get(0), lines.get(1)));
      return whole && lines.get(0).equals(stamp) ? Optional.of(lines.get(1)) : Optional.empty();
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  /** Returns a checksum that detects a partly written memo and mixed parts of two memos. */
  private static String check(String stamp, String digest) {
    return new SequenceDigest().text(stamp).text(digest).hex();
  }

  private void trim() throws IOException {
    List<Path> all = new ArrayList<>();
    try (DirectoryStream<Path> memos = Files.newDirectoryStream(directory, "*" + SUFFIX)) {
      memos.forEach(all::add);
    }
    if (all.size() > MOST) {
      // Any memo may be removed: its directory is then read again.
      Files.deleteIfExists(all.get(0));
    }
  }
}
