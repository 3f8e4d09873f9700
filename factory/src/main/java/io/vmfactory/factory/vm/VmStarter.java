package io.vmfactory.factory.vm;

import io.vmfactory.configs.time.WallClock;
import io.vmfactory.factory.journal.Journal;
import io.vmfactory.factory.journal.VmRecord;
import io.vmfactory.vmm.Sizing;
import io.vmfactory.vmm.VmFolder;
import io.vmfactory.vmm.VmFolders;
import io.vmfactory.vmm.VmId;

/** Begins VMs: gives each its name, its folder and its record. */
public final class VmStarter {
  private final VmFolders folders;
  private final Journal journal;
  private final WallClock clock;

  public VmStarter(VmFolders folders, Journal journal, WallClock clock) {
    this.folders = folders;
    this.journal = journal;
    this.clock = clock;
  }

  /**
   * Begins a VM: MAKING in the journal. The caller starts its process and says so, then closes.
   *
   * @param route how it is made: a word of the wire
   * @param templateKey hex; empty = made without a template
   * @param boot what it has at boot
   */
  public NewVm begin(String route, String templateKey, Sizing boot) {
    VmId id = VmId.random();
    VmFolder folder = folders.create(id);
    try {
      VmRecord making = VmRecord.making(id.value(), route, templateKey, boot, clock.now());
      journal.write(folder, making);
      return new NewVm(id, folder, making, journal);
    } catch (RuntimeException | Error e) {
      folder.remove();
      throw e;
    }
  }
}
