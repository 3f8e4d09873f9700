package io.vmfactory.template;

import io.vmfactory.configs.ErrorText;
import io.vmfactory.configs.time.CancelledException;
import io.vmfactory.configs.time.Deadline;
import io.vmfactory.linux.MemoryFile;
import io.vmfactory.linux.MemoryFiles;
import io.vmfactory.linux.OsException;
import io.vmfactory.linux.OwnFile;
import io.vmfactory.template.TemplateException.Reason;
import io.vmfactory.vmm.RamChanges;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Loads templates from the store into memory and verifies every byte. */
final class TemplateLoader {
  private final TemplateStore store;
  private final Fingerprints fingerprints;
  private final KnownDamage damage = new KnownDamage();

  TemplateLoader(TemplateStore store, Fingerprints fingerprints) {
    this.store = store;
    this.fingerprints = fingerprints;
  }

  /**
   * Loads and verifies a template; the caller closes it.
   *
   * @throws TemplateException with reason {@code NOT_FOUND}, {@code REFUSED} or {@code RESOURCES}
   */
  LoadedTemplate load(TemplateKey key, Deadline deadline) {
    try {
      return loadUnlessReplaced(key, deadline);
    } catch (TemplateException e) {
      if (e.reason() != Reason.REFUSED) {
        throw e;
      }
      throw refused("template %s refused: %s".formatted(key.shortened(), e.getMessage()), e);
    }
  }

  /** A template that is replaced while it is read looks altered; in that case loads the new one. */
  private LoadedTemplate loadUnlessReplaced(TemplateKey key, Deadline deadline) {
    while (true) {
      Manifest manifest = store.manifest(key);
      try {
        return load(manifest, store.files(key), deadline);
      } catch (TemplateException e) {
        if (store.manifest(key).equals(manifest)) {
          throw e;
        }
      }
    }
  }

  /**
   * Returns why the template may not be loaded, without reading all of it; empty if nothing is
   * known against it.
   */
  Optional<String> objection(Manifest manifest, TemplateFiles files) {
    return fingerprints
        .mismatch(manifest)
        .or(() -> memoryObjection(manifest.memoryFiles(), files))
        .or(() -> wrongSize(files.state(), manifest.state().bytes()))
        .or(() -> damage.of(files.state()))
        .or(() -> driveObjection(manifest.drives(), files));
  }

  private Optional<String> memoryObjection(List<MemoryContent> contents, TemplateFiles files) {
    return IntStream.range(0, contents.size())
        .mapToObj(
            index ->
                objection(files.memoryFile(index, contents.size()), contents.get(index).bytes()))
        .flatMap(Optional::stream)
        .findFirst();
  }

  private Optional<String> objection(Path file, long bytes) {
    return wrongSize(file, bytes).or(() -> damage.of(file));
  }

  private Optional<String> driveObjection(List<SnapshotContent.Drive> drives, TemplateFiles files) {
    for (int drive = 0; drive < drives.size(); drive++) {
      List<MemoryContent> contents = drives.get(drive).files();
      for (int index = 0; index < contents.size(); index++) {
        Optional<String> why = objection(files.drive(drive, index), contents.get(index).bytes());
        if (why.isPresent()) {
          return why;
        }
      }
    }
    return Optional.empty();
  }

  private static Optional<String> wrongSize(Path file, long bytes) {
    try (OwnFile own = OwnFile.open(file)) {
      long found = own.size();
      return found == bytes
          ? Optional.empty()
          : Optional.of(
              "%s altered: it has %d bytes, not %d".formatted(file.getFileName(), found, bytes));
    } catch (IOException e) {
      return Optional.of("%s unreadable: %s".formatted(file.getFileName(), ErrorText.of(e)));
    }
  }

  /**
   * Loads a snapshot whose memory is a difference to that of {@code parent}, over the parent's
   * memory: each clone reads the difference from the store and verifies it before it gets its
   * device state. So this costs no copy of the parent's memory, which was verified when the parent
   * was loaded.
   *
   * @param parent stays the caller's
   * @throws TemplateException as {@link #load(TemplateKey, Deadline)}
   */
  LoadedTemplate loadOver(LoadedTemplate parent, Manifest manifest, Deadline deadline) {
    TemplateFiles files = store.files(new TemplateKey(manifest.key()));
    return load(
        manifest,
        files,
        deadline,
        () -> {
          if (!parent.acquire()) {
            throw refused("its template was removed meanwhile", null);
          }
          return LoadedRam.over(parent, changes(manifest, files));
        });
  }

  private RamChanges changes(Manifest manifest, TemplateFiles files) {
    List<MemoryContent> contents = manifest.memoryFiles();
    MemoryContent own = contents.get(contents.size() - 1);
    Path file = files.memory();
    return (ram, deadline) -> {
      try (DiskPages pages = DiskPages.open(file)) {
        FileStamp stamp = FileStamp.of(file);
        long bytes = manifest.memory().bytes();
        if (!MemoryDifference.apply(pages, bytes, ram::write, deadline).equals(own)) {
          throw altered(file, stamp);
        }
      } catch (ClosedByInterruptException e) {
        throw cancelled(e);
      } catch (IOException e) {
        throw refused("unreadable: " + ErrorText.of(e), e);
      }
    };
  }

  /** Makes what the RAM of clones is made of. */
  private interface RamLoading {
    LoadedRam load() throws IOException;
  }

  private LoadedTemplate load(Manifest manifest, TemplateFiles files, Deadline deadline) {
    return load(
        manifest, files, deadline, () -> LoadedRam.whole(memory(manifest, files, deadline)));
  }

  private LoadedTemplate load(
      Manifest manifest, TemplateFiles files, Deadline deadline, RamLoading ram) {
    objection(manifest, files)
        .ifPresent(
            why -> {
              throw refused(why, null);
            });
    try {
      byte[] state = state(manifest, files.state());
      DriveSet drives = drives(manifest, files, deadline);
      try {
        return new LoadedTemplate(manifest, ram.load(), state, drives, store.overlays());
      } catch (IOException | RuntimeException e) {
        drives.close();
        throw e;
      }
    } catch (ClosedByInterruptException e) {
      throw cancelled(e);
    } catch (OsException e) {
      // The only thing that can go wrong with a file in memory is that memory is full.
      throw Thread.currentThread().isInterrupted()
          ? cancelled(e)
          : new TemplateException(Reason.RESOURCES, String.valueOf(e.getMessage()), e);
    } catch (IOException e) {
      throw refused("unreadable: " + ErrorText.of(e), e);
    }
  }

  private DriveSet drives(Manifest manifest, TemplateFiles files, Deadline deadline)
      throws IOException {
    try {
      return DriveLoader.load(manifest.drives(), files, deadline);
    } catch (DriveLoader.AlteredException e) {
      throw altered(e.file(), e.stamp());
    }
  }

  private byte[] state(Manifest manifest, Path file) throws IOException {
    FileStamp stamp = FileStamp.of(file);
    byte[] state = OwnFile.read(file, Math.toIntExact(manifest.state().bytes()));
    if (!Manifest.StateContent.of(state).equals(manifest.state())) {
      throw altered(file, stamp);
    }
    return state;
  }

  private MemoryFile memory(Manifest manifest, TemplateFiles files, Deadline deadline)
      throws IOException {
    String name = "vmfactory-" + manifest.key().substring(0, 12);
    List<MemoryContent> contents = manifest.memoryFiles();
    MemoryFile memory = MemoryFiles.create(name, manifest.memory().bytes());
    try {
      for (int index = 0; index < contents.size(); index++) {
        Path file = files.memoryFile(index, contents.size());
        FileStamp stamp = FileStamp.of(file);
        if (!read(file, index > 0, memory, deadline).equals(contents.get(index))) {
          throw altered(file, stamp);
        }
      }
      requireWhole(manifest, memory, deadline);
      memory.seal();
      return memory;
    } catch (IOException | RuntimeException e) {
      memory.close();
      throw e;
    }
  }

  private static MemoryContent read(
      Path file, boolean difference, MemoryFile memory, Deadline deadline) throws IOException {
    try (DiskPages pages = DiskPages.open(file)) {
      return difference
          ? MemoryDifference.apply(pages, memory.size(), memory::write, deadline)
          : PageWalk.copy(pages, memory::write, deadline);
    }
  }

  /** Differences are verified together too: each may be right, and not fit the others. */
  private static void requireWhole(Manifest manifest, MemoryFile memory, Deadline deadline)
      throws IOException {
    if (manifest.memoryFiles().size() > 1
        && !PageWalk.copy(PageSource.of(memory), (offset, run) -> {}, deadline)
            .equals(manifest.memory())) {
      throw refused("memory altered: its files do not make the memory that was stored", null);
    }
  }

  private TemplateException altered(Path file, FileStamp stamp) {
    String why = file.getFileName() + " altered: it does not match its digest";
    damage.note(file, stamp, why);
    return refused(why, null);
  }

  private static CancelledException cancelled(Exception cause) {
    return new CancelledException("cancelled while loading a template", cause);
  }

  private static TemplateException refused(String why, @Nullable Throwable cause) {
    return new TemplateException(Reason.REFUSED, why, cause);
  }
}
