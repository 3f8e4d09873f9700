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
import java.util.Objects;
import java.util.Optional;

/**
 * A directory in which one image is created. Its creator holds a lock on it. If the creator is
 * killed, the next one removes what it left.
 */
final class ImageWorkspace implements AutoCloseable {
  static final String PREFIX = ".making-";

  private final Path folder;
  private final PathLock lock;

  /** Ctrl-C ends the JVM without a way back for the creating thread. */
  private final Thread atExit = new Thread(this::discard, "remove an unfinished image");

  private ImageWorkspace(Path folder, PathLock lock) {
    this.folder = folder;
    this.lock = lock;
    Runtime.getRuntime().addShutdownHook(atExit);
  }

  private void discard() {
    try {
      Trees.delete(folder);
    } catch (IOException e) {
      // The next process removes what is left (sweep).
    }
  }

  /**
   * Opens a workspace. Waits for another creator of the same image; empty if there was one, which
   * has removed its workspace.
   */
  static Optional<ImageWorkspace> open(Path folder, MakingProgress progress, Deadline deadline)
      throws IOException {
    try {
      Files.createDirectory(folder, Trees.OWNER_ONLY);
    } catch (FileAlreadyExistsException e) {
      // Another process creates the image or was killed while creating it.
    }
    Optional<PathLock> lock = PathLock.tryExclusive(folder);
    if (lock.isEmpty()) {
      lock = await(folder, progress, deadline);
    }
    return lock.isPresent() ? Optional.of(emptied(folder, lock.get())) : Optional.empty();
  }

  private static Optional<PathLock> await(Path folder, MakingProgress progress, Deadline deadline)
      throws IOException {
    progress.waiting();
    try {
      return PathLock.exclusive(folder, deadline);
    } finally {
      progress.ended();
    }
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

  /** Removes the workspaces in {@code directory} whose creators have ended. */
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

  /** Syncs {@code file} to disk, then renames it atomically. */
  static void publish(Path file, Path target) throws IOException {
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("r--------"));
    sync(file);
    Files.move(file, target, StandardCopyOption.ATOMIC_MOVE);
    sync(Objects.requireNonNull(target.getParent()));
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
      Runtime.getRuntime().removeShutdownHook(atExit);
    } catch (IllegalStateException e) {
      // The JVM is ending, and the hook does the same.
    }
  }
}
