package io.vmfactory.template;

import io.vmfactory.vmm.DriveMode;
import io.vmfactory.vmm.VmSnapshot;
import java.util.List;
import java.util.TreeMap;
import java.util.UUID;

/**
 * What the manifest says about a template that is a snapshot of a VM that ran.
 *
 * @param id unlike that of any other snapshot, so that each has its own key
 * @param parent key of the template that the source was a clone of; empty if not known
 * @param writtenBytes bytes in the pages that the source had written since it was made
 * @param uid the user that made it
 * @param shared whether every user may have clones of it
 * @param labels as given, in the order of their names
 * @param description as given, in Base64
 * @param drives what each clone has in its slots
 * @param memory the files of its memory, see {@link MemoryChain.Stored#files}
 */
record SnapshotContent(
    String id,
    String parent,
    long writtenBytes,
    long uid,
    boolean shared,
    List<Label> labels,
    String description,
    List<Drive> drives,
    List<MemoryContent> memory) {
  SnapshotContent {
    labels = List.copyOf(labels);
    drives = List.copyOf(drives);
    memory = List.copyOf(memory);
  }

  record Label(String name, String value) {}

  /**
   * A drive, of which the template holds a copy.
   *
   * @param id the slot
   * @param mode READ_ONLY or OVERLAY
   * @param bytes size of the drive in bytes
   * @param files the image, then the copy-on-write layers over it, the lowest first; digests as
   *     {@link PageWalk} defines them
   */
  record Drive(String id, DriveMode mode, long bytes, List<MemoryContent> files) {
    Drive {
      files = List.copyOf(files);
    }

    private SnapshotFacts.Drive facts() {
      long onDisk = files.stream().mapToLong(MemoryContent::dataBytes).sum();
      return new SnapshotFacts.Drive(id, mode, onDisk);
    }
  }

  static SnapshotContent of(
      VmSnapshot taken, SnapshotNote note, List<Drive> drives, List<MemoryContent> memory) {
    return new SnapshotContent(
        UUID.randomUUID().toString(),
        note.parent(),
        taken.writtenBytes(),
        note.owner().uid(),
        note.owner().shared(),
        note.labels().entrySet().stream().map(e -> new Label(e.getKey(), e.getValue())).toList(),
        note.description(),
        drives,
        memory);
  }

  /** Returns it as other rooms see it. */
  SnapshotFacts facts() {
    TreeMap<String, String> byName = new TreeMap<>();
    labels.forEach(label -> byName.put(label.name(), label.value()));
    SnapshotNote note =
        new SnapshotNote(parent, new SnapshotNote.Owner(uid, shared), byName, description);
    return new SnapshotFacts(note, writtenBytes, drives.stream().map(Drive::facts).toList());
  }
}
