package io.vmfactory.client.sandbox.state;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.vmfactory.configs.time.Deadline;
import io.vmfactory.linux.OwnerOnly;
import io.vmfactory.linux.PathLock;
import io.vmfactory.linux.Trees;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The folders of all sandboxes, mode 0700, each with {@code sandbox.json} and {@code lock}. A
 * folder appears whole and goes whole, by a rename; a record is replaced whole. So whenever a
 * process is killed, what others see makes sense. Not synced: no VM outlives the host's kernel.
 *
 * @param dir sandbox_dir; made when the first sandbox is
 */
public record SandboxStore(Path dir) {
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES);

  /** Sandboxes' ids do not begin with a dot; this is one on its way to be, or to be no more. */
  private static final String IN_TRANSIT = ".transit-";

  /** Makes the sandbox's folder; false = there is one of that id. */
  public boolean create(SandboxRecord record) {
    Path transit = transit();
    try {
      Files.createDirectories(dir, Trees.OWNER_ONLY);
      Files.createDirectory(transit, Trees.OWNER_ONLY);
      OwnerOnly.create(transit.resolve("lock"));
      write(transit, record);
      return renamed(transit, folder(record.id()));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot make the state of sandbox " + record.id(), e);
    } finally {
      removeTree(transit);
    }
  }

  private boolean renamed(Path transit, Path folder) throws IOException {
    try {
      Files.move(transit, folder, StandardCopyOption.ATOMIC_MOVE);
      return true;
    } catch (IOException e) {
      if (Files.exists(folder)) {
        return false;
      }
      throw e;
    }
  }

  private Path transit() {
    long pid = ProcessHandle.current().pid();
    return dir.resolve(IN_TRANSIT + pid + "-" + UUID.randomUUID());
  }

  /** Replaces a sandbox's record; for whoever has its lock. */
  public void write(SandboxRecord record) {
    try {
      write(folder(record.id()), record);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write the state of sandbox " + record.id(), e);
    }
  }

  private static void write(Path folder, SandboxRecord record) throws IOException {
    Path fresh = folder.resolve("sandbox.json.new");
    OwnerOnly.create(fresh);
    Files.write(fresh, JSON.writeValueAsBytes(record));
    Files.move(fresh, folder.resolve("sandbox.json"), StandardCopyOption.ATOMIC_MOVE);
  }

  /**
   * A sandbox's record; empty = no such sandbox.
   *
   * @throws UnreadableSandboxException when there is one that makes no sense to this version
   */
  public Optional<SandboxRecord> read(String id) {
    Path file = folder(id).resolve("sandbox.json");
    try {
      SandboxRecord record = JSON.readValue(Files.readAllBytes(file), SandboxRecord.class);
      if (record == null || record.version() != SandboxRecord.VERSION) {
        throw new UnreadableSandboxException(
            file + " is not of format version " + SandboxRecord.VERSION, null);
      }
      return Optional.of(record);
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (JacksonException e) {
      throw new UnreadableSandboxException(file + " is not a sandbox's record", e);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + file, e);
    }
  }

  /** The ids of all sandboxes, sorted. */
  public List<String> ids() {
    List<String> ids = new ArrayList<>();
    for (Path path : children()) {
      String name = path.getFileName().toString();
      if (!name.startsWith(".")) {
        ids.add(name);
      }
    }
    Collections.sort(ids);
    return ids;
  }

  /** Removes a sandbox's folder; for whoever has its lock. */
  public void remove(String id) {
    Path transit = transit();
    try {
      Files.move(folder(id), transit, StandardCopyOption.ATOMIC_MOVE);
    } catch (NoSuchFileException e) {
      return;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot remove the state of sandbox " + id, e);
    }
    removeTree(transit);
  }

  /** Removes what processes that were killed have left half made or half removed. */
  public void sweep() {
    for (Path path : children()) {
      String name = path.getFileName().toString();
      if (name.startsWith(IN_TRANSIT) && ended(name.substring(IN_TRANSIT.length()))) {
        removeTree(path);
      }
    }
  }

  private static boolean ended(String pidAndMore) {
    try {
      long pid = Long.parseLong(pidAndMore.substring(0, Math.max(0, pidAndMore.indexOf('-'))));
      return ProcessHandle.of(pid).isEmpty();
    } catch (NumberFormatException e) {
      return false; // not ours
    }
  }

  /**
   * The right to change a sandbox, once nobody else has it; empty = no such sandbox.
   *
   * @throws io.vmfactory.configs.time.DeadlineExceededException when it does not come in time
   */
  public Optional<PathLock> lock(String id, Deadline deadline) {
    Path file = folder(id).resolve("lock");
    try {
      Object before = key(file);
      while (before != null) {
        PathLock lock = PathLock.lock(List.of(file), "the lock of sandbox " + id, deadline);
        Object after = key(file);
        if (before.equals(after)) {
          return Optional.of(lock);
        }
        lock.close(); // the sandbox was deleted meanwhile; maybe there is another of that id
        before = after;
      }
      return Optional.empty();
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot lock sandbox " + id, e);
    }
  }

  /** The same, unless somebody has it. */
  public Optional<PathLock> tryLock(String id) {
    try {
      return PathLock.tryLock(folder(id).resolve("lock"));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot lock sandbox " + id, e);
    }
  }

  private static @Nullable Object key(Path file) throws IOException {
    try {
      return Files.readAttributes(file, BasicFileAttributes.class).fileKey();
    } catch (NoSuchFileException e) {
      return null;
    }
  }

  private Path folder(String id) {
    return dir.resolve(id);
  }

  private List<Path> children() {
    List<Path> all = new ArrayList<>();
    try (DirectoryStream<Path> paths = Files.newDirectoryStream(dir)) {
      paths.forEach(all::add);
    } catch (NoSuchFileException | NotDirectoryException e) {
      return List.of();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot list " + dir, e);
    }
    return all;
  }

  /** What is not there is fine, also when another process that sweeps is the faster one. */
  private static void removeTree(Path root) {
    try {
      Trees.delete(root);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot remove " + root, e);
    }
  }
}
