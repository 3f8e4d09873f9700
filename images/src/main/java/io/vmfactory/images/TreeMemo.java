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
 * The digests of directories, so that one which has not changed is looked at and not read again. On
 * disk, for the next process.
 *
 * <p>Relies on the kernel setting the change time (ctime) of a file with everything that happens to
 * it, and on a clock that is not set back: then whatever was changed after the look has another
 * time. As a time may be coarse, a tree that was changed just now is not remembered.
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

  /** The digest of {@code tree}, from memory or from all of its content. */
  String digest(Path root, DirectoryTree tree) throws IOException {
    Path memo = directory.resolve(new SequenceDigest().bytes(RawPath.bytes(root)).hex() + SUFFIX);
    String stamp = tree.stamp();
    Optional<String> known = known(memo, stamp);
    if (known.isPresent()) {
      return known.get();
    }
    // Before reading: what is changed meanwhile has a later time.
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

  /** Tells a memo from half of one, or halves of two that were written at a time. */
  private static String check(String stamp, String digest) {
    return new SequenceDigest().text(stamp).text(digest).hex();
  }

  private void trim() throws IOException {
    List<Path> all = new ArrayList<>();
    try (DirectoryStream<Path> memos = Files.newDirectoryStream(directory, "*" + SUFFIX)) {
      memos.forEach(all::add);
    }
    if (all.size() > MOST) {
      // Which one goes does not matter: its directory is read once more.
      Files.deleteIfExists(all.get(0));
    }
  }
}
