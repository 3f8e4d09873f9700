package io.vmfactory.factory.grpc;

import io.vmfactory.factory.app.journal.Journal;
import io.vmfactory.factory.app.journal.Processes;
import io.vmfactory.factory.app.journal.VmRecord;
import io.vmfactory.vmm.VmFolder;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Base VMs that were given away to nobody: the client left before the answer. The daemon no longer
 * supervises them, so they are found by their record.
 *
 * @param root {@code run_dir/vm}
 */
record Unclaimed(Path root) {
  /** Ends the VM's process, if it is still that very one, and removes its folder. */
  void end(String vmId) {
    VmFolder folder = new VmFolder(root.resolve(vmId));
    Processes processes = new Processes(Path.of("/proc"));
    Optional<VmRecord> record = new Journal().read(folder);
    record
        .map(VmRecord::process)
        .filter(processes::lives)
        .ifPresent(process -> processes.end(process.pid()));
    folder.remove();
  }
}
