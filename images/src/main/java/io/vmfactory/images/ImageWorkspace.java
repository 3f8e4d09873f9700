package io.vmfactory.images;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.linux.PathLock;
import io.vmfactory.linux.Trees;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;

/**
 * Where one image is made before it has its name: a directory that is locked for as long as its
 * maker lives. What an earlier maker left in it when it was killed is cleared away by the next.
 */
final class ImageWorkspace implements AutoCloseable {
  static final String PREFIX = ".making-";

  private final Path folder;
  private final PathLock lock;

  private ImageWorkspace(Path folder, PathLock lock) {
    this.folder = folder;
    this.lock = lock;
  }

  /**
   * Waits for another maker of the same image; empty when there was one, which has cleared its
   * workspace away.
   */
  static Optional<ImageWorkspace> open(Path folder, Deadline deadline) throws IOException {
    try {
      Files.createDirectory(folder, Trees.OWNER_ONLY);
    } catch (FileAlreadyExistsException e) {
      // Somebody makes the image, or was killed while making it.
    }
    Optional<PathLock> lock = PathLock.exclusive(folder, deadline);
    return lock.isPresent() ? Optional.of(emptied(folder, lock.get())) : Optional.empty();
  }

  private static ImageWorkspace emptied(Path folder, PathLock lock) throws IOException {
    try {
      deleteContent(folder);
      return new ImageWorkspace(folder, lock);
    } catch (IOException e) {
      lock.close();
      throw e;
    }
  }

  /** Removes the workspaces in {@code directory} whose makers are dead. */
  static void sweep(Path directory) throws IOException {
    try (DirectoryStream<Path> leftovers = Files.newDirectoryStream(directory, PREFIX + "*")) {
      for (Path folder : leftovers) {
        Optional<PathLock> lock = PathLock.tryExclusive(folder);
        if (lock.isPresent()) {
          new ImageWorkspace(folder, lock.get()).close();
        }
      }
    }
  }

  Path folder() {
    return folder;
  }

  /** Gives {@code file} its name, in one step, once all of it is on disk. */
  static void publish(Path file, Path target) throws IOException {
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("r--------"));
    sync(file);
    Files.move(file, target, StandardCopyOption.ATOMIC_MOVE);
    sync(target.getParent());
  }

  private static void sync(Path path) throws IOException {
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  private static void deleteContent(Path folder) throws IOException {
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder)) {
      for (Path entry : entries) {
        Trees.delete(entry);
      }
    }
  }

  @Override
  public void close() throws IOException {
    try (lock) {
      Trees.delete(folder);
    }
  }
}
