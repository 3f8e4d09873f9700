package io.vmfactory.images;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.configs.time.WallClock;
import io.vmfactory.images.ImageException.Reason;
import io.vmfactory.linux.FileUse;
import io.vmfactory.linux.PathLock;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * A directory of images, named by the key of their source:
 *
 * <pre>
 * {@code <key>.ext4}        an image, mode 0400; its modification time is that of its last use
 * {@code .making-<key>/}    an image being created, locked by its creator
 * </pre>
 *
 * <p>An image is in use while a process holds a shared flock(2) on it ({@link Image}) or any record
 * lock (every QEMU that has it open). To remove an image, a process must hold the exclusive flock.
 * After taking a shared flock, a process checks that the name still refers to the locked file.
 */
final class ImageCache {
  private static final String SUFFIX = ".ext4";

  private final Path directory;
  private final long limitBytes;
  private final WallClock clock;

  /**
   * Creates the file of an image in {@code folder}, which is empty and will be removed afterwards.
   */
  @FunctionalInterface
  interface Maker {
    Path make(Path folder) throws IOException;
  }

  private record Kept(Path file, FileTime lastUse, long bytes) {}

  ImageCache(Path directory, long limitBytes, WallClock clock) {
    this.directory = directory;
    this.limitBytes = limitBytes;
    this.clock = clock;
  }

  Path directory() {
    return directory;
  }

  boolean has(String key) {
    return Files.exists(file(key));
  }

  private Path file(String key) {
    return directory.resolve(key + SUFFIX);
  }

  /** Returns the image of a key, in use. Creates it if it does not exist. */
  Held get(String key, Maker maker, MakingProgress progress, Deadline deadline) {
    try {
      while (true) {
        Optional<Held> held = hold(file(key));
        if (held.isPresent()) {
          return held.get();
        }
        deadline.check("an image");
        make(key, maker, progress, deadline);
      }
    } catch (IOException e) {
      throw failure(e);
    }
  }

  private void make(String key, Maker maker, MakingProgress progress, Deadline deadline)
      throws IOException {
    Path folder = directory.resolve(ImageWorkspace.PREFIX + key);
    var workspace = ImageWorkspace.open(folder, progress, deadline);
    if (workspace.isEmpty()) {
      return;
    }
    try (ImageWorkspace own = workspace.get()) {
      if (!has(key)) {
        ImageWorkspace.publish(maker.make(own.folder()), file(key));
        shrink(file(key));
      }
    }
  }

  /** An image that is in use until this is closed. */
  record Held(Path file, PathLock lock) {}

  private Optional<Held> hold(Path file) throws IOException {
    Optional<PathLock> lock = PathLock.shared(file);
    if (lock.isEmpty()) {
      return Optional.empty();
    }
    try {
      Files.setLastModifiedTime(file, FileTime.from(clock.now()));
      return Optional.of(new Held(file, lock.get()));
    } catch (IOException e) {
      lock.get().close();
      throw e;
    }
  }

  /** Removes the least recently used images until the rest is within the limit. */
  private void shrink(Path made) throws IOException {
    List<Kept> all = kept();
    long sum = all.stream().mapToLong(Kept::bytes).sum();
    for (Kept kept : all) {
      if (sum <= limitBytes) {
        return;
      }
      if (!kept.file().equals(made) && remove(kept.file())) {
        sum -= kept.bytes();
      }
    }
  }

  /** Returns the images, the least recently used first. */
  private List<Kept> kept() throws IOException {
    List<Kept> all = new ArrayList<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, "*" + SUFFIX)) {
      for (Path file : files) {
        try {
          all.add(new Kept(file, Files.getLastModifiedTime(file), FileUse.allocatedBytes(file)));
        } catch (NoSuchFileException e) {
          // Another process removed it meanwhile.
        }
      }
    }
    all.sort(Comparator.comparing(Kept::lastUse));
    return all;
  }

  private static boolean remove(Path file) throws IOException {
    Optional<PathLock> lock = PathLock.tryExclusive(file);
    if (lock.isEmpty()) {
      return false;
    }
    try (PathLock own = lock.get()) {
      return !FileUse.isRecordLocked(file) && Files.deleteIfExists(file);
    }
  }

  /** Translates a failure of java.nio. */
  static ImageException failure(IOException e) {
    if (e instanceof AccessDeniedException denied) {
      return new ImageException(Reason.FORBIDDEN, denied.getFile() + ": permission denied", e);
    }
    if (e instanceof NoSuchFileException missing) {
      return new ImageException(
          Reason.CHANGED, missing.getFile() + ": was removed while it was read; try again", e);
    }
    if (String.valueOf(e.getMessage()).contains("No space left on device")) {
      return new ImageException(
          Reason.DISK_FULL,
          "the disk with the images (runtime.image_dir) is full; free some space or move the"
              + " directory",
          e);
    }
    String what = e instanceof FileSystemException f ? f.getFile() + ": " : "";
    return new ImageException(Reason.FAILED, what + e.getMessage(), e);
  }
}
