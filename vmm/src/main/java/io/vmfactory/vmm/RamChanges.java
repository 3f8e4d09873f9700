package io.vmfactory.vmm;

import io.vmfactory.configs.time.Deadline;
import java.nio.ByteBuffer;

/** What the RAM of a clone has at its start that is not in the file which it maps. */
@FunctionalInterface
public interface RamChanges {
  /** No changes. */
  RamChanges NONE = (ram, deadline) -> {};

  /** The RAM of one clone. */
  @FunctionalInterface
  interface Ram {
    /**
     * Writes whole pages.
     *
     * @param offset in the RAM, in bytes
     */
    void write(long offset, ByteBuffer pages);
  }

  /** Writes the changes. If this throws, the clone is ended. */
  void writeTo(Ram ram, Deadline deadline);
}
