package io.vmfactory.factory.recovery;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.factory.journal.Journal;
import io.vmfactory.vmm.VmFolder;
import io.vmfactory.vmm.VmFolders;
import io.vmfactory.vmm.VmId;
import java.time.Duration;

/**
 * Base VMs that were given away to a client that left before the answer. The daemon no longer looks
 * after them, so they are found by their record.
 */
public final class UnclaimedVms {
  private static final Duration END = Duration.ofSeconds(10);

  private final VmFolders folders;
  private final Journal journal;
  private final VmProcesses processes;

  public UnclaimedVms(VmFolders folders, Journal journal, VmProcesses processes) {
    this.folders = folders;
    this.journal = journal;
    this.processes = processes;
  }

  /** Ends the VM's process, if it is still the one in the record, and removes its folder. */
  public void end(VmId vm) {
    VmFolder folder = new VmFolder(folders.root().resolve(vm.value()));
    journal
        .read(folder)
        .flatMap(record -> processes.find(folder, vm, record.process()))
        .ifPresent(found -> processes.end(found, Deadline.after(END)));
    folder.remove();
  }
}
