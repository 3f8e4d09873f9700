package io.vmfactory.vmm;

import io.vmfactory.linux.MemoryFile;

/** What backs a VM's memory at boot size. Hot-plugged memory is always anonymous. */
public sealed interface GuestRam {
  /** Memory of the process's own: a VM that is neither template nor clone. */
  record Anonymous() implements GuestRam {}

  /**
   * A file that the VM writes through to: how a template's memory comes to be.
   *
   * @param file holds the memory; exactly the boot size long; open for the time of the start
   */
  record Shared(MemoryFile file) implements GuestRam {}

  /**
   * A file that the VM reads and never changes: copy-on-write.
   *
   * @param file holds a template's memory; exactly the boot size long; open for the time of the
   *     start
   */
  record CopyOnWrite(MemoryFile file) implements GuestRam {}
}
