package io.vmfactory.factory.app;

import io.vmfactory.configs.time.WallClock;
import io.vmfactory.factory.app.journal.Journal;
import io.vmfactory.factory.app.journal.VmRecord;
import io.vmfactory.vmm.Sizing;
import io.vmfactory.vmm.Vm;
import io.vmfactory.vmm.VmFolder;
import io.vmfactory.vmm.VmFolders;
import io.vmfactory.vmm.VmId;
import java.time.Instant;

/** Gives a VM its name, its folder and its place in the journal. */
final class Nursery {
  private final VmFolders folders;
  private final Journal journal;
  private final WallClock clock;

  Nursery(VmFolders folders, Journal journal, WallClock clock) {
    this.folders = folders;
    this.journal = journal;
    this.clock = clock;
  }

  /** Starts the VM itself. A failure leaves no process. */
  interface Starter {
    Vm start(VmId id, VmFolder folder);
  }

  /** Makes a VM with {@code starter}; a failure leaves neither folder nor process. */
  MadeVm make(Route route, String templateKey, Sizing boot, Starter starter) {
    VmId id = VmId.random();
    VmFolder folder = folders.create(id);
    try {
      Instant now = clock.now();
      VmRecord making = VmRecord.making(id.value(), route.name(), templateKey, boot, now);
      journal.write(folder, making);
      Vm vm = starter.start(id, folder);
      VmRecord started = making.started(vm.identity());
      write(vm, folder, started);
      return new MadeVm(vm, folder, route, templateKey, boot, now, started);
    } catch (RuntimeException | Error e) {
      folder.remove();
      throw e;
    }
  }

  private void write(Vm vm, VmFolder folder, VmRecord started) {
    try {
      journal.write(folder, started);
    } catch (RuntimeException e) {
      Undo.kill(vm);
      throw e;
    }
  }
}
