package io.vmfactory.factory.app.journal;

import io.vmfactory.configs.time.WallClock;
import io.vmfactory.factory.app.journal.VmRecord.State;
import io.vmfactory.vmm.VmFolder;
import io.vmfactory.vmm.VmId;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a starting daemon does about the VMs of earlier ones: removes what is left of those that are
 * gone, ends those that nobody was ever given (half made, or a template being built) and those
 * whose lease has expired, leaves those that a customer has alone and tells of them. Run before the
 * first VM is made.
 */
public final class Sweep {
  private final Journal journal;
  private final Processes processes;
  private final WallClock clock;

  public Sweep(Journal journal, Processes processes, WallClock clock) {
    this.journal = journal;
    this.processes = processes;
    this.clock = clock;
  }

  /**
   * Goes through {@code root} ({@code run_dir/vm}; need not exist).
   *
   * @return one sentence, for people, for each VM that was ended, and for each that was left though
   *     nobody gave it away
   */
  public List<String> run(Path root) {
    List<String> leftovers = new ArrayList<>();
    if (!Files.isDirectory(root)) {
      return leftovers;
    }
    try (DirectoryStream<Path> folders = Files.newDirectoryStream(root, Sweep::isVm)) {
      for (Path folder : folders) {
        visit(new VmFolder(folder)).ifPresent(leftovers::add);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot go through " + root, e);
    }
    return leftovers;
  }

  private static boolean isVm(Path folder) {
    return Files.isDirectory(folder) && VmId.isOne(folder.getFileName().toString());
  }

  private Optional<String> visit(VmFolder folder) {
    try {
      Optional<VmRecord> record = journal.read(folder);
      State state = record.map(VmRecord::state).orElse(State.MAKING);
      if (state == State.GIVEN_AWAY) {
        return Optional.empty();
      }
      boolean leased = state == State.LEASED;
      boolean expired = leased && record.map(VmRecord::lease).filter(this::expired).isPresent();
      Optional<Integer> pid = pid(folder, record.map(VmRecord::process));
      if (pid.isPresent() && leased && !expired) {
        return Optional.of(
            "a leased VM of an earlier daemon lives on: %s, pid %d; left alone, end it with kill"
                .formatted(folder.path(), pid.get()));
      }
      pid.ifPresent(processes::end);
      folder.remove();
      return pid.map(
          ended ->
              "ended a VM of an earlier daemon %s: %s, pid %d"
                  .formatted(
                      expired ? "whose lease has expired" : "that nobody had",
                      folder.path(),
                      ended));
    } catch (UnreadableRecordException e) {
      return Optional.of(e.getMessage() + "; left alone, remove the folder when its VM is gone");
    }
  }

  /** By the wall clock: no other outlives a daemon. */
  private boolean expired(VmRecord.LeaseEntry lease) {
    return lease.expiry().isBefore(clock.now());
  }

  private Optional<Integer> pid(VmFolder folder, Optional<VmRecord.ProcessEntry> recorded) {
    return recorded.isPresent()
        ? recorded.filter(processes::lives).map(VmRecord.ProcessEntry::pid)
        : processes.named(new VmId(folder.path().getFileName().toString()));
  }
}
