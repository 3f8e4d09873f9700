package io.vmfactory.factory.grpc;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.factory.journal.Journal;
import io.vmfactory.factory.journal.VmRecord.ProcessEntry;
import io.vmfactory.factory.recovery.ProcProcesses;
import io.vmfactory.factory.recovery.VmProcesses;
import io.vmfactory.vmm.VmFolder;
import io.vmfactory.vmm.VmId;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Base VMs that were given away to nobody: the client left before the answer. The daemon no longer
 * supervises them, so they are found by their record.
 *
 * @param root {@code run_dir/vm}
 */
record Unclaimed(Path root) {
  private static final Duration END = Duration.ofSeconds(10);

  /** Ends the VM's process, if it is still that very one, and removes its folder. */
  void end(String vmId) {
    VmFolder folder = new VmFolder(root.resolve(vmId));
    new Journal().read(folder).ifPresent(record -> end(new VmId(vmId), record.process()));
    folder.remove();
  }

  private static void end(VmId vm, @Nullable ProcessEntry process) {
    VmProcesses processes = new ProcProcesses(Path.of("/proc"));
    processes.find(vm, process).ifPresent(found -> processes.end(found, Deadline.after(END)));
  }
}
