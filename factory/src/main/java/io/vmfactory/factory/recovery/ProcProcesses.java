package io.vmfactory.factory.recovery;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.factory.journal.VmRecord.ProcessEntry;
import io.vmfactory.vmm.VmId;
import io.vmfactory.vmm.VmIdentity;
import io.vmfactory.vmm.VmProcessTable;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Finds and ends the processes of VMs by proc(5).
 *
 * @param proc normally {@code /proc}
 */
public record ProcProcesses(Path proc) implements VmProcesses {
  @Override
  public Optional<VmIdentity> find(VmId vm, @Nullable ProcessEntry recorded) {
    return recorded == null
        ? new VmProcessTable(proc).named(vm)
        : Optional.of(recorded.identity(vm)).filter(who -> who.lives(proc));
  }

  @Override
  public void end(VmIdentity process, Deadline deadline) {
    new VmProcessTable(proc).end(process, deadline);
  }
}
