package io.vmfactory.template;

import io.vmfactory.linux.MemoryFile;
import io.vmfactory.linux.OsException;
import io.vmfactory.vmm.RamChanges;
import io.vmfactory.vmm.VmmException;
import org.jspecify.annotations.Nullable;

/**
 * What the RAM of clones is made of.
 *
 * @param memory sealed; no process can change what the next clone starts from
 * @param changes what a clone has beside it
 * @param parent the template that the memory belongs to, used until this is closed; null if it
 *     belongs to this
 */
record LoadedRam(MemoryFile memory, RamChanges changes, @Nullable LoadedTemplate parent)
    implements AutoCloseable {
  /** Returns RAM that is all in {@code memory}, which belongs to it from now on. */
  static LoadedRam whole(MemoryFile memory) {
    return new LoadedRam(memory, RamChanges.NONE, null);
  }

  /** Returns RAM over that of {@code parent}, whose user it is from now on. */
  static LoadedRam over(LoadedTemplate parent, RamChanges changes) {
    return new LoadedRam(parent.memory(), changes, parent);
  }

  @Override
  public void close() {
    if (parent != null) {
      parent.close();
      return;
    }
    try {
      memory.close();
    } catch (OsException e) {
      throw VmmException.of(e);
    }
  }
}
