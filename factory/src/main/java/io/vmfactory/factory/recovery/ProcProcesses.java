package io.vmfactory.factory.recovery;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.factory.journal.VmRecord.ProcessEntry;
import io.vmfactory.vmm.VmFolder;
import io.vmfactory.vmm.VmId;
import io.vmfactory.vmm.VmIdentity;
import io.vmfactory.vmm.VmProcessTable;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Finds and ends the processes of VMs by proc(5). */
public record ProcProcesses(VmProcessTable table) implements VmProcesses {
  /** A VM that is just being started is up in milliseconds, unless the host is very busy. */
  private static final Duration START = Duration.ofSeconds(10);

  @Override
  public Optional<VmIdentity> find(VmFolder folder, VmId vm, @Nullable ProcessEntry recorded) {
    return recorded == null
        ? table.find(vm, folder, Deadline.after(START))
        : table.living(recorded.identity(vm));
  }

  @Override
  public boolean lives(VmIdentity process) {
    return process.lives(table.proc());
  }

  @Override
  public void end(VmIdentity process, Deadline deadline) {
    table.end(process, deadline);
  }
}
