package io.vmfactory.vmm.qemu;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.linux.Descriptor;
import io.vmfactory.linux.HostProcess;
import io.vmfactory.vmm.VmmException;
import io.vmfactory.vmm.VmmException.Reason;
import io.vmfactory.vmm.qmp.BlockCommands;
import io.vmfactory.vmm.qmp.BlockCommands.Node;
import io.vmfactory.vmm.qmp.QmpCommand;
import io.vmfactory.vmm.qmp.QmpCommand.Done;
import io.vmfactory.vmm.qmp.QmpCommand.FileSet;
import io.vmfactory.vmm.qmp.QmpCommand.FilledSet;
import io.vmfactory.vmm.qmp.QmpCommand.OpenFile;
import io.vmfactory.vmm.qmp.QmpCommand.TakenFile;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The open files of one QEMU's block nodes. QEMU gets open files and no paths, because it cannot
 * open files of the host. The set of files that a node was opened from keeps a descriptor for
 * reading as long as the node exists: QEMU needs it to make the node read-only, and this process to
 * pass the file to another VM. Files without a name cannot be opened otherwise.
 */
final class OpenFiles {
  private static final String WRITING = "write";

  /** For reading; earlier versions opened layers so too, and QEMU has a lock on those. */
  private static final String READING = "read";

  private static final String READING_LAYER = "read, no lock";

  private final QemuMonitor monitor;
  private final List<FileSet> opened = new ArrayList<>();

  OpenFiles(QemuMonitor monitor) {
    this.monitor = monitor;
  }

  /** Opens a node over a client's file, which QEMU locks. */
  void openImage(String node, Descriptor file, boolean readOnly, Deadline deadline) {
    open(
        file,
        readOnly,
        READING,
        set -> BlockCommands.openImage(node, set.path(), readOnly),
        deadline);
  }

  /** Opens a node over the file of a copy-on-write layer. */
  void openLayer(String node, Descriptor file, boolean readOnly, Deadline deadline) {
    open(
        file,
        readOnly,
        READING_LAYER,
        set -> BlockCommands.openLayer(node, set.path(), readOnly),
        deadline);
  }

  private void open(
      Descriptor file,
      boolean readOnly,
      String reading,
      Function<FileSet, QmpCommand<Done>> command,
      Deadline deadline) {
    CompletionStage<TakenFile> given =
        monitor.send(QmpCommand.addFile(file, readOnly ? reading : WRITING));
    boolean done = false;
    try {
      TakenFile taken = monitor.await(given, "QEMU to take an open file", deadline);
      if (!readOnly) {
        addReader(taken.set(), file, reading, deadline);
      }
      monitor.execute(command.apply(taken.set()), deadline);
      done = true;
      opened.add(taken.set());
      if (!readOnly) {
        monitor.execute(QmpCommand.removeFile(taken.set(), taken.number()), deadline);
      }
    } finally {
      if (!done) {
        given.thenAccept(taken -> remove(taken.set()));
      }
    }
  }

  private void addReader(FileSet set, Descriptor file, String label, Deadline deadline) {
    try (Descriptor reader = file.reader()) {
      monitor.execute(QmpCommand.addFile(set, reader, label), deadline);
    }
  }

  private static boolean isForReading(OpenFile file) {
    return READING.equals(file.label()) || READING_LAYER.equals(file.label());
  }

  private List<OpenFile> content(FileSet set, Deadline deadline) {
    return monitor.execute(QmpCommand.fileSets(), deadline).stream()
        .filter(filled -> filled.set().equals(set))
        .findFirst()
        .map(FilledSet::files)
        .orElse(List.of());
  }

  /**
   * Asks QEMU to forget the files of a node. What the node has open stays open until it is removed.
   * Does not wait, so that a caller whose time is over leaves nothing.
   */
  void forget(Node node) {
    FileSet.of(node.file()).ifPresent(this::remove);
  }

  /**
   * Asks QEMU to forget the files of all nodes that this object has opened; it closes them only
   * while the VM runs. Does not wait.
   */
  void forgetAll() {
    opened.forEach(this::remove);
    opened.clear();
  }

  /**
   * Asks QEMU to forget the files of nodes that are gone: those of nodes that were removed while
   * the VM was paused are still open. Does not wait.
   *
   * @param nodes all nodes
   */
  void sweep(Collection<Node> nodes, Deadline deadline) {
    Set<FileSet> used =
        nodes.stream()
            .flatMap(node -> FileSet.of(node.file()).stream())
            .collect(Collectors.toSet());
    monitor.execute(QmpCommand.fileSets(), deadline).stream()
        .filter(filled -> !used.contains(filled.set()))
        .filter(filled -> filled.files().stream().allMatch(OpenFiles::isOfNode))
        .forEach(filled -> remove(filled.set()));
  }

  private static boolean isOfNode(OpenFile file) {
    return isForReading(file) || WRITING.equals(file.label());
  }

  private void remove(FileSet set) {
    monitor.send(QmpCommand.removeFiles(set));
  }

  /**
   * Opens the file of a node once more in this process, for reading.
   *
   * @param process QEMU
   */
  Descriptor take(Node node, HostProcess process, Deadline deadline) {
    FileSet set = set(node);
    return content(set, deadline).stream()
        .filter(OpenFiles::isForReading)
        .findFirst()
        .map(file -> process.open(file.number()))
        .orElseThrow(() -> unknown(node));
  }

  /**
   * Makes a copy-on-write layer and its file read-only. Nothing writes to them any more.
   *
   * @param below the node under the layer
   */
  void freeze(String layer, Node file, String below, Deadline deadline) {
    FileSet set = set(file);
    boolean locked = content(set, deadline).stream().anyMatch(open -> READING.equals(open.label()));
    var frozen = BlockCommands.freezeOverlay(layer, file.name(), below, set.path(), locked);
    monitor.execute(frozen, deadline);
    keepReaders(set, deadline);
  }

  /**
   * Removes descriptors for writing that were removed while the VM was stopped, and are still open.
   * If it is stopped still, they stay until the next snapshot.
   */
  private void keepReaders(FileSet set, Deadline deadline) {
    for (OpenFile file : content(set, deadline)) {
      if (!isForReading(file)) {
        monitor.execute(QmpCommand.removeFile(set, file.number()), deadline);
      }
    }
  }

  private static FileSet set(Node node) {
    return FileSet.of(node.file()).orElseThrow(() -> unknown(node));
  }

  private static VmmException unknown(Node node) {
    return new VmmException(
        Reason.INVALID,
        "the file of %s is not known: an earlier version of the daemon attached this drive; detach"
                .formatted(node.name())
            + " it and attach it again");
  }
}
