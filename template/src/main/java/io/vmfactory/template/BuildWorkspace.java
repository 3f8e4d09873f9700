package io.vmfactory.template;

import io.vmfactory.linux.Directories;
import io.vmfactory.linux.PathLock;
import io.vmfactory.linux.Trees;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;

/**
 * The folder in which one template is made before it has its name: {@code
 * templates/.building-<random>}. It is locked as long as its maker lives. An unlocked one was left
 * by a process that died, and is removed. Closing removes whatever is still there.
 */
final class BuildWorkspace implements AutoCloseable {
  static final String PREFIX = ".building-";

  private final TemplateFiles files;
  private final PathLock lock;

  private BuildWorkspace(Path directory, PathLock lock) {
    this.files = new TemplateFiles(directory);
    this.lock = lock;
  }

  /** Makes a new, empty folder. */
  static BuildWorkspace create(Path store) throws IOException {
    while (true) {
      Path directory = store.resolve(PREFIX + UUID.randomUUID());
      Files.createDirectory(directory, Trees.OWNER_ONLY);
      Optional<PathLock> lock = PathLock.tryDirectory(directory);
      // Between making and locking, another process may have removed it as a leftover: make
      // another.
      if (lock.isPresent() && Files.exists(directory)) {
        return new BuildWorkspace(directory, lock.get());
      }
      lock.ifPresent(PathLock::close);
    }
  }

  TemplateFiles files() {
    return files;
  }

  /** Gives the folder its name, in one step; replaces a template that already has the name. */
  void publish(Path target) throws IOException {
    Directories.sync(files.directory());
    try {
      Files.move(files.directory(), target, StandardCopyOption.ATOMIC_MOVE);
    } catch (FileSystemException e) {
      if (!Files.exists(target)) {
        throw e;
      }
      Directories.exchange(files.directory(), target);
    }
    Directories.sync(Objects.requireNonNull(target.getParent()));
  }

  /** Removes the folder, or the template that it has replaced. */
  @Override
  public void close() throws IOException {
    try (lock) {
      Trees.delete(files.directory());
    }
  }
}
