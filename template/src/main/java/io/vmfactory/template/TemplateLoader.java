package io.vmfactory.template;

import io.vmfactory.configs.ErrorText;
import io.vmfactory.configs.time.CancelledException;
import io.vmfactory.configs.time.Deadline;
import io.vmfactory.linux.MemoryFile;
import io.vmfactory.linux.MemoryFiles;
import io.vmfactory.linux.OsException;
import io.vmfactory.linux.OwnFile;
import io.vmfactory.template.TemplateException.Reason;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
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
        .or(() -> wrongSize(files.memory(), manifest.memory().bytes()))
        .or(() -> wrongSize(files.state(), manifest.state().bytes()))
        .or(() -> damage.of(files.memory()))
        .or(() -> damage.of(files.state()))
        .or(() -> driveObjection(manifest.drives(), files));
  }

  private Optional<String> driveObjection(List<SnapshotContent.Drive> drives, TemplateFiles files) {
    for (int drive = 0; drive < drives.size(); drive++) {
      List<MemoryContent> contents = drives.get(drive).files();
      for (int index = 0; index < contents.size(); index++) {
        Path file = files.drive(drive, index);
        Optional<String> why = wrongSize(file, contents.get(index).bytes());
        if (why.isEmpty()) {
          why = damage.of(file);
        }
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

  private LoadedTemplate load(Manifest manifest, TemplateFiles files, Deadline deadline) {
    objection(manifest, files)
        .ifPresent(
            why -> {
              throw refused(why, null);
            });
    try {
      byte[] state = state(manifest, files.state());
      DriveSet drives = drives(manifest, files, deadline);
      try {
        MemoryFile memory = memory(manifest, files.memory(), deadline);
        return new LoadedTemplate(manifest, memory, state, drives, store.overlays());
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

  private MemoryFile memory(Manifest manifest, Path file, Deadline deadline) throws IOException {
    FileStamp stamp = FileStamp.of(file);
    String name = "vmfactory-" + manifest.key().substring(0, 12);
    MemoryFile memory = MemoryFiles.create(name, manifest.memory().bytes());
    try (DiskPages pages = DiskPages.open(file)) {
      if (!PageWalk.copy(pages, memory::write, deadline).equals(manifest.memory())) {
        throw altered(file, stamp);
      }
      memory.seal();
      return memory;
    } catch (IOException | RuntimeException e) {
      memory.close();
      throw e;
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
