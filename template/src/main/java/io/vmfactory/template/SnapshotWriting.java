package io.vmfactory.template;

import io.vmfactory.configs.ErrorText;
import io.vmfactory.configs.time.CancelledException;
import io.vmfactory.configs.time.Deadline;
import io.vmfactory.configs.time.Laps;
import io.vmfactory.configs.time.WallClock;
import io.vmfactory.linux.Descriptor;
import io.vmfactory.linux.FileRights;
import io.vmfactory.linux.OsException;
import io.vmfactory.linux.UserIds;
import io.vmfactory.template.TemplateException.Reason;
import io.vmfactory.vmm.FrozenDrive;
import io.vmfactory.vmm.VmSnapshot;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Stores snapshots of VMs that run as templates.
 *
 * @param store where they are stored
 * @param parents has the templates that their sources were clones of
 * @param clock gives the time at which a template was made
 */
record SnapshotWriting(
    TemplateStore store, TemplateStore parents, Fingerprints fingerprints, WallClock clock) {

  /**
   * Stores and publishes a snapshot, which stays the caller's. A failure leaves nothing.
   *
   * @param parent the template that the source was a clone of; null = it cannot be loaded
   * @param mostBytes most bytes of data that it may take on disk
   * @param laps what is in it becomes the steps of the template; gets "store" and "publish"
   */
  Manifest write(
      VmSnapshot taken,
      SnapshotNote note,
      @Nullable LoadedTemplate parent,
      long mostBytes,
      Laps laps,
      Deadline deadline) {
    try (BuildWorkspace workspace = store.workspace()) {
      TemplateWriter writer = new TemplateWriter(workspace.files(), store.codec(), mostBytes);
      MemoryChain.Stored memory =
          MemoryChain.write(taken.memory(), parent, parents, writer, deadline);
      Written written = rest(writer, memory, taken, rights(note.owner()), deadline);
      laps.lap("store");
      return published(workspace, written, taken, note, laps, deadline);
    } catch (IOException | OsException e) {
      throw failure(e);
    }
  }

  /** What has been written of a snapshot. */
  private record Written(
      TemplateWriter writer,
      MemoryChain.Stored memory,
      Manifest.StateContent state,
      List<SnapshotContent.Drive> drives) {}

  private static Written rest(
      TemplateWriter writer,
      MemoryChain.Stored memory,
      VmSnapshot taken,
      FileRights whose,
      Deadline deadline)
      throws IOException {
    Manifest.StateContent state = writer.state(taken.deviceState());
    return new Written(writer, memory, state, drives(writer, taken.drives(), whose, deadline));
  }

  /** The files are open already, so this says only for whom they are read. */
  private static FileRights rights(SnapshotNote.Owner owner) {
    boolean own = owner.uid() == 0 || owner.uid() == UserIds.ofThisProcess().uid();
    return own ? FileRights.OWN : FileRights.of(new UserIds(owner.uid(), Set.of()));
  }

  private Manifest published(
      BuildWorkspace workspace,
      Written written,
      VmSnapshot taken,
      SnapshotNote note,
      Laps laps,
      Deadline deadline)
      throws IOException {
    MemoryChain.Stored memory = written.memory();
    SnapshotContent content = SnapshotContent.of(taken, note, written.drives(), memory.files());
    Base base = base(taken, note);
    List<Manifest.Step> steps = laps.all().stream().map(Manifest.Step::of).toList();
    Manifest manifest =
        Manifest.ofSnapshot(
            base.fingerprint(),
            base.possibleCpus(),
            clock.now(),
            new Manifest.Snapshot(taken.spec(), memory.whole(), written.state(), content),
            steps);
    written.writer().manifest(manifest);
    deadline.check("the template to be published");
    workspace.publish(store.files(new TemplateKey(manifest.key())).directory());
    laps.lap("publish");
    return manifest;
  }

  private static List<SnapshotContent.Drive> drives(
      TemplateWriter writer, List<FrozenDrive> frozen, FileRights whose, Deadline deadline)
      throws IOException {
    List<SnapshotContent.Drive> drives = new ArrayList<>();
    for (FrozenDrive drive : frozen) {
      List<MemoryContent> files = new ArrayList<>();
      for (Descriptor file : drive.files()) {
        try (DrivePages pages = DrivePages.of("drive " + drive.id(), file, whose, deadline)) {
          files.add(writer.driveFile(drives.size(), files.size(), pages, deadline));
        }
      }
      drives.add(new SnapshotContent.Drive(drive.id(), drive.mode(), drive.bytes(), files));
    }
    return drives;
  }

  /** What the snapshot has from the template that its source was a clone of. */
  private record Base(Fingerprint fingerprint, int possibleCpus) {}

  /** The guest runs the parent's kernel, which may not be the one that is installed now. */
  private Base base(VmSnapshot taken, SnapshotNote note) {
    if (TemplateKey.isKey(note.parent())) {
      try {
        Manifest parent = parents.manifest(new TemplateKey(note.parent()));
        if (parent.spec().equals(taken.spec())) {
          return new Base(parent.fingerprint(), parent.quiesce().possibleCpus());
        }
      } catch (TemplateException e) {
        // The parent is gone or damaged: what is known about it is what is installed.
      }
    }
    return new Base(fingerprints.of(taken.spec()), taken.spec().boot().vcpus());
  }

  private static RuntimeException failure(Exception e) {
    String message = "storing the snapshot: " + ErrorText.of(e);
    if (Thread.currentThread().isInterrupted()) {
      return new CancelledException("cancelled while storing a snapshot", e);
    }
    Reason reason =
        e instanceof DiskFullException
                || (e instanceof OsException os && os.kind() == OsException.Kind.SHORTAGE)
            ? Reason.RESOURCES
            : Reason.FAILED;
    return new TemplateException(reason, message, e);
  }
}
