package io.vmfactory.factory.recovery;

import io.vmfactory.configs.ErrorText;
import io.vmfactory.configs.time.Deadline;
import io.vmfactory.factory.journal.Journal;
import io.vmfactory.factory.journal.UnreadableRecordException;
import io.vmfactory.factory.journal.VmRecord;
import io.vmfactory.factory.journal.VmRecord.State;
import io.vmfactory.linux.OwnFolder;
import io.vmfactory.vmm.VmFolder;
import io.vmfactory.vmm.VmId;
import io.vmfactory.vmm.VmIdentity;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * The VMs that earlier daemons left, and what this daemon does with each:
 *
 * <ul>
 *   <li>Its process is gone: the folder is removed, and a lost lease is reported.
 *   <li>MAKING, STARTED, or no record (a template was being built): no customer has it; it is
 *       ended.
 *   <li>SHELL, WARM: the stock takes it over, or it is ended.
 *   <li>LEASED: it is taken over with its lease, even if its VMM does not answer.
 *   <li>GIVEN_AWAY: it belongs to someone else, is left alone and takes a place while it lives.
 *   <li>Its record is unreadable: it may be a customer's, so it is left alone and reported at each
 *       start.
 * </ul>
 */
public final class Survivors {
  /** A killed process is gone in milliseconds, unless the kernel is still freeing its memory. */
  private static final Duration END = Duration.ofSeconds(10);

  private final Journal journal;
  private final VmProcesses processes;
  private final TakeOver takeOver;
  private final Adopters adopters;

  public Survivors(Journal journal, VmProcesses processes, TakeOver takeOver, Adopters adopters) {
    this.journal = journal;
    this.processes = processes;
    this.takeOver = takeOver;
    this.adopters = adopters;
  }

  /** Returns what remains to be done about that folder; empty if nothing. */
  Optional<RecoveryTask> inspect(VmFolder folder) {
    VmId id = new VmId(folder.path().getFileName().toString());
    try {
      OwnFolder.require(folder.path());
      return inspect(folder, id);
    } catch (IOException e) {
      adopters.tell(id.value(), ErrorText.of(e) + "; left alone");
    } catch (UnreadableRecordException e) {
      adopters.tell(id.value(), e.getMessage() + "; left alone. " + remedy(folder, id));
    } catch (RuntimeException e) {
      adopters.tell(id.value(), "%s: %s; left alone".formatted(folder.path(), e.getMessage()));
    }
    return Optional.empty();
  }

  private Optional<RecoveryTask> inspect(VmFolder folder, VmId id) {
    Optional<VmRecord> record = journal.read(folder);
    Optional<VmIdentity> process =
        processes.find(folder, id, record.map(VmRecord::process).orElse(null));
    if (process.isEmpty()) {
      record.filter(r -> r.state() == State.LEASED).ifPresent(adopters::died);
      folder.remove();
      return Optional.empty();
    }
    return switch (record.map(VmRecord::state).orElse(State.MAKING)) {
      case MAKING, STARTED ->
          Optional.of(new RecoveryTask(false, () -> end(folder, process.get())));
      case SHELL, WARM, LEASED ->
          record.map(r -> takeOver(new LeftoverVm(folder, r, process.get())));
      case GIVEN_AWAY -> {
        record.ifPresent(r -> adopters.countGivenAway(folder, r, process.get()));
        yield Optional.empty();
      }
    };
  }

  private RecoveryTask takeOver(LeftoverVm leftover) {
    Adopter adopter = adopters.expect(leftover.record());
    return new RecoveryTask(adopter.hasCustomer(), () -> takeOver.run(leftover, adopter));
  }

  private CompletionStage<Void> end(VmFolder folder, VmIdentity process) {
    String what = "a VM that had no owner: %s, pid %d".formatted(folder.path(), process.pid());
    try {
      processes.end(process, Deadline.after(END));
      folder.remove();
      adopters.tell(process.id().value(), "ended " + what);
    } catch (RuntimeException e) {
      adopters.tell(
          process.id().value(),
          "cannot end %s: %s; the next daemon tries again".formatted(what, e.getMessage()));
    }
    return CompletableFuture.completedFuture(null);
  }

  private String remedy(VmFolder folder, VmId id) {
    return processes
        .find(folder, id, null)
        .map(alive -> "Its VM runs, pid %d: end it once it is not needed".formatted(alive.pid()))
        .orElse("Its VM is gone: remove the folder " + folder.path());
  }
}
