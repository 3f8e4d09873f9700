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
    VmProcessTable table = new VmProcessTable(proc);
    // A record alone is no proof: it may name the process of a stranger.
    return recorded == null
        ? table.named(vm)
        : Optional.of(recorded.identity(vm)).filter(who -> table.runs(who) && who.lives(proc));
  }

  @Override
  public void end(VmIdentity process, Deadline deadline) {
    new VmProcessTable(proc).end(process, deadline);
  }
}
