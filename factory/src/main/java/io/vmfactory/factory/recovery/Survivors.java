package io.vmfactory.factory.recovery;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.factory.journal.Journal;
import io.vmfactory.factory.journal.UnreadableRecordException;
import io.vmfactory.factory.journal.VmRecord;
import io.vmfactory.factory.journal.VmRecord.State;
import io.vmfactory.vmm.VmFolder;
import io.vmfactory.vmm.VmId;
import io.vmfactory.vmm.VmIdentity;
import java.time.Duration;
import java.util.Optional;

/**
 * What earlier daemons left, and what is to become of it:
 *
 * <ul>
 *   <li>the process is gone: the folder is removed, and told of when somebody had a lease;
 *   <li>MAKING, STARTED, or no record (a template was being built): nobody has it, it is ended;
 *   <li>SHELL, WARM: taken over by the stock, or ended;
 *   <li>LEASED: taken over with its lease;
 *   <li>GIVEN_AWAY: somebody else's, left alone while it lives;
 *   <li>a record that makes no sense: it might be a customer's, so it is left alone, and told of at
 *       each start.
 * </ul>
 */
public final class Survivors {
  /** A killed process is gone in milliseconds, unless the kernel is still freeing its memory. */
  private static final Duration END = Duration.ofSeconds(10);

  private final Journal journal;
  private final VmProcesses processes;
  private final TakeOver takeOver;
  private final Adopters heirs;

  public Survivors(Journal journal, VmProcesses processes, TakeOver takeOver, Adopters heirs) {
    this.journal = journal;
    this.processes = processes;
    this.takeOver = takeOver;
    this.heirs = heirs;
  }

  /** What is to be done about that folder; empty = nothing more. */
  Optional<Task> inspect(VmFolder folder) {
    VmId id = new VmId(folder.path().getFileName().toString());
    try {
      return inspect(folder, id);
    } catch (UnreadableRecordException e) {
      heirs.tell(id.value(), e.getMessage() + "; left alone. " + remedy(folder, id));
    } catch (RuntimeException e) {
      heirs.tell(id.value(), "%s: %s; left alone".formatted(folder.path(), e.getMessage()));
    }
    return Optional.empty();
  }

  private Optional<Task> inspect(VmFolder folder, VmId id) {
    Optional<VmRecord> record = journal.read(folder);
    Optional<VmIdentity> process = processes.find(id, record.map(VmRecord::process).orElse(null));
    if (process.isEmpty()) {
      record.filter(r -> r.state() == State.LEASED).ifPresent(heirs::died);
      folder.remove();
      return Optional.empty();
    }
    return switch (record.map(VmRecord::state).orElse(State.MAKING)) {
      case MAKING, STARTED -> Optional.of(new Task(false, () -> end(folder, process.get())));
      case SHELL, WARM, LEASED ->
          record.map(r -> takeOver(new LeftoverVms(folder, r, process.get())));
      case GIVEN_AWAY -> Optional.empty();
    };
  }

  private Task takeOver(LeftoverVms remains) {
    Adopter heir = heirs.expect(remains.record());
    return new Task(heir.hasCustomer(), () -> takeOver.run(remains, heir));
  }

  private void end(VmFolder folder, VmIdentity process) {
    String what = "a VM that nobody had: %s, pid %d".formatted(folder.path(), process.pid());
    try {
      processes.end(process, Deadline.after(END));
      folder.remove();
      heirs.tell(process.id().value(), "ended " + what);
    } catch (RuntimeException e) {
      heirs.tell(
          process.id().value(),
          "cannot end %s: %s; the next daemon tries again".formatted(what, e.getMessage()));
    }
  }

  private String remedy(VmFolder folder, VmId id) {
    return processes
        .find(id, null)
        .map(alive -> "Its VM runs, pid %d: end it when nobody needs it".formatted(alive.pid()))
        .orElse("Its VM is gone: remove the folder " + folder.path());
  }
}
