package io.vmfactory.factory.app.journal;

import io.vmfactory.factory.app.journal.VmRecord.State;
import io.vmfactory.vmm.VmFolder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a starting daemon does about the VMs of earlier ones: removes the folders of those that are
 * gone, leaves those that live alone and tells of them. Run before the first VM is made.
 */
public final class Sweep {
  private final Journal journal;
  private final Processes processes;

  public Sweep(Journal journal, Processes processes) {
    this.journal = journal;
    this.processes = processes;
  }

  /**
   * Goes through {@code root} ({@code run_dir/vm}; need not exist).
   *
   * @return one sentence, for people, for each VM that was left though nobody gave it away
   */
  public List<String> run(Path root) {
    List<String> leftovers = new ArrayList<>();
    if (!Files.isDirectory(root)) {
      return leftovers;
    }
    try (DirectoryStream<Path> folders = Files.newDirectoryStream(root, Files::isDirectory)) {
      for (Path folder : folders) {
        visit(new VmFolder(folder)).ifPresent(leftovers::add);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot go through " + root, e);
    }
    return leftovers;
  }

  private Optional<String> visit(VmFolder folder) {
    try {
      Optional<VmRecord> record = journal.read(folder);
      if (record.isPresent() && record.get().state() == State.GIVEN_AWAY) {
        return Optional.empty();
      }
      Optional<Integer> pid = record.map(this::pid).orElseGet(() -> unrecorded(folder));
      if (pid.isEmpty()) {
        folder.remove();
      }
      return pid.map(
          alive ->
              "a VM of an earlier daemon lives on: %s, pid %d; left alone, end it with kill"
                  .formatted(folder.path(), alive));
    } catch (UnreadableRecordException e) {
      return Optional.of(e.getMessage() + "; left alone, remove the folder when its VM is gone");
    }
  }

  private Optional<Integer> pid(VmRecord record) {
    VmRecord.ProcessEntry process = record.process();
    if (process == null) {
      return processes.mentioning(record.id());
    }
    return processes.lives(process) ? Optional.of(process.pid()) : Optional.empty();
  }

  private Optional<Integer> unrecorded(VmFolder folder) {
    return processes.mentioning(folder.path().toString());
  }
}
