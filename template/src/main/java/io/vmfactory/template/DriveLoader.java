package io.vmfactory.template;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.linux.Descriptor;
import io.vmfactory.linux.FileStatus;
import io.vmfactory.vmm.FrozenDrive;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Opens the drives of one template and verifies every byte. Confined to one thread. */
final class DriveLoader {
  private final TemplateFiles files;
  private final Deadline deadline;
  private final List<FrozenDrive> drives = new ArrayList<>();
  private final List<FileStatus> verified = new ArrayList<>();

  /** Reports that a file does not match its digest. */
  static final class AlteredException extends Exception {
    private static final long serialVersionUID = 1L;

    private final transient Path file;
    private final transient FileStamp stamp;

    AlteredException(Path file, FileStamp stamp) {
      super(file + " was altered");
      this.file = file;
      this.stamp = stamp;
    }

    Path file() {
      return file;
    }

    FileStamp stamp() {
      return stamp;
    }
  }

  private DriveLoader(TemplateFiles files, Deadline deadline) {
    this.files = files;
    this.deadline = deadline;
  }

  /** Returns the drives, which the caller closes. */
  static DriveSet load(List<SnapshotContent.Drive> drives, TemplateFiles files, Deadline deadline)
      throws IOException, AlteredException {
    DriveLoader loader = new DriveLoader(files, deadline);
    try {
      for (SnapshotContent.Drive drive : drives) {
        loader.add(drive);
      }
      return DriveSet.stored(List.copyOf(loader.drives), loader.verified);
    } catch (IOException | AlteredException | RuntimeException e) {
      loader.drives.forEach(FrozenDrive::close);
      throw e;
    }
  }

  private void add(SnapshotContent.Drive drive) throws IOException, AlteredException {
    List<Descriptor> opened = new ArrayList<>();
    try {
      for (MemoryContent content : drive.files()) {
        opened.add(verified(files.drive(drives.size(), opened.size()), content));
      }
      drives.add(new FrozenDrive(drive.id(), drive.mode(), drive.bytes(), opened));
    } catch (IOException | AlteredException | RuntimeException e) {
      opened.forEach(Descriptor::close);
      throw e;
    }
  }

  /** What is verified is what is open, even if another file gets the name meanwhile. */
  private Descriptor verified(Path file, MemoryContent content)
      throws IOException, AlteredException {
    FileStamp stamp = FileStamp.of(file);
    try (DiskPages pages = DiskPages.open(file)) {
      Descriptor open = pages.file().reader();
      try {
        FileStatus before = FileStatus.of(open);
        if (!PageWalk.copy(pages, (offset, run) -> {}, deadline).equals(content)) {
          throw new AlteredException(file, stamp);
        }
        verified.add(before);
        return open;
      } catch (IOException | AlteredException | RuntimeException e) {
        open.close();
        throw e;
      }
    }
  }
}
