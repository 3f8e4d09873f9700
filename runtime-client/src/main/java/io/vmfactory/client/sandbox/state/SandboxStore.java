package io.vmfactory.client.sandbox.state;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.vmfactory.configs.ErrorText;
import io.vmfactory.configs.host.DaemonUser;
import io.vmfactory.configs.host.Ownership;
import io.vmfactory.configs.records.StoredJson;
import io.vmfactory.configs.time.Deadline;
import io.vmfactory.linux.OwnFile;
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
 * The folders of all sandboxes, mode 0700, each with {@code sandbox.json} and {@code lock}. Folders
 * appear and disappear atomically, by a rename; records are replaced atomically. So the state stays
 * consistent when a process is killed. Nothing is synced to disk, because no VM survives the host's
 * kernel.
 *
 * @param dir sandbox_dir; created with the first sandbox
 */
public record SandboxStore(Path dir) {
  /**
   * The name of the file by which a service keeps a sandbox: while it is in the sandbox's folder,
   * the end of the owner does not end the sandbox. The service writes it and gives it a meaning.
   */
  public static final String KEPT = "container.json";

  private static final JsonMapper JSON = StoredJson.mapper();

  /** Many times the size of a record. */
  private static final int MOST_BYTES = 1 << 20;

  /**
   * The prefix of folders that are being created or removed. Sandbox ids do not start with a dot.
   */
  private static final String IN_TRANSIT = ".transit-";

  /** Creates the sandbox's folder. Returns false if the id is in use. */
  public boolean create(SandboxRecord record) {
    Path transit = transit();
    try {
      Files.createDirectories(dir, Trees.OWNER_ONLY);
      Ownership.require(dir.toRealPath(), DaemonUser.ids());
      Files.createDirectory(transit, Trees.OWNER_ONLY);
      OwnerOnly.create(transit.resolve("lock"));
      write(transit, record);
      return renamed(transit, folder(record.id()));
    } catch (IOException e) {
      throw new UncheckedIOException(
          "cannot create the state of sandbox " + record.id() + ": " + ErrorText.of(e), e);
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

  /** Replaces the record of a sandbox. The caller holds its lock. */
  public void write(SandboxRecord record) {
    try {
      write(folder(record.id()), record);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write the state of sandbox " + record.id(), e);
    }
  }

  private static void write(Path folder, SandboxRecord record) throws IOException {
    OwnerOnly.replace(folder.resolve("sandbox.json"), toBytes(record));
  }

  /** Returns a record as it is in its file. */
  public static byte[] toBytes(SandboxRecord record) {
    try {
      return JSON.writeValueAsBytes(record);
    } catch (JacksonException e) {
      throw new IllegalStateException("a record has plain values only", e);
    }
  }

  /**
   * Returns the record that such bytes contain.
   *
   * @param where for the failure
   * @throws UnreadableSandboxException if this version cannot read it
   */
  public static SandboxRecord ofBytes(byte[] bytes, String where) {
    try {
      SandboxRecord record = JSON.readValue(bytes, SandboxRecord.class);
      if (record == null || record.version() != SandboxRecord.VERSION) {
        throw new UnreadableSandboxException(
            where + " is not of format version " + SandboxRecord.VERSION, null);
      }
      return record;
    } catch (IOException e) {
      throw new UnreadableSandboxException(where + " is not the record of a sandbox", e);
    }
  }

  /**
   * Returns the record of a sandbox; empty if there is no such sandbox.
   *
   * @throws UnreadableSandboxException if this version cannot read the record
   */
  public Optional<SandboxRecord> read(String id) {
    Path file = folder(id).resolve("sandbox.json");
    try {
      return Optional.of(ofBytes(OwnFile.read(file, MOST_BYTES), file.toString()));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + file + ": " + ErrorText.of(e), e);
    }
  }

  /** Returns whether a service keeps the sandbox, see {@link #KEPT}. */
  public boolean isKept(String id) {
    return Files.exists(folder(id).resolve(KEPT));
  }

  /** Returns the ids of all sandboxes, sorted. */
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

  /** Removes the folder of a sandbox. The caller holds its lock. */
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

  /** Removes folders that killed processes left half created or half removed. */
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
      return false; // not a folder of this class
    }
  }

  /**
   * Locks a sandbox for changes, waiting for other holders; empty if there is no such sandbox.
   *
   * @throws io.vmfactory.configs.time.DeadlineExceededException if the lock is not free in time
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
        lock.close(); // the sandbox was deleted meanwhile; another may have its id
        before = after;
      }
      return Optional.empty();
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot lock sandbox " + id, e);
    }
  }

  /** Locks a sandbox without waiting; empty if it is locked or does not exist. */
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

  /** Returns the folder of a sandbox. */
  public Path folder(String id) {
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

  /**
   * Removes a directory tree. Ignores missing files, because another process may remove them at the
   * same time.
   */
  private static void removeTree(Path root) {
    try {
      Trees.delete(root);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot remove " + root, e);
    }
  }
}
