package io.vmfactory.vmm;

import io.vmfactory.linux.MemoryFile;

/** The memory behind a VM's RAM at boot size. Hot-plugged memory is always anonymous. */
public sealed interface GuestRam {
  /** Private memory of the VMM process: a VM that is neither template nor clone. */
  record Anonymous() implements GuestRam {}

  /**
   * A file that the VM writes through to: the memory of a template that is being built.
   *
   * @param file holds the memory; exactly the boot size long; the caller keeps it open during the
   *     start
   */
  record Shared(MemoryFile file) implements GuestRam {}

  /**
   * A file that the VM reads and never changes: copy-on-write.
   *
   * @param file holds a template's memory; exactly the boot size long; the caller keeps it open
   *     during the start
   * @param changes are written into the VM's own copy before it gets its device state
   */
  record CopyOnWrite(MemoryFile file, RamChanges changes) implements GuestRam {
    /** Makes RAM without changes. */
    public CopyOnWrite(MemoryFile file) {
      this(file, RamChanges.NONE);
    }
  }
}
