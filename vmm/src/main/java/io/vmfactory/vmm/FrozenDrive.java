package io.vmfactory.vmm;

import io.vmfactory.linux.Descriptor;
import java.util.List;

/**
 * What a drive of a VM held at one moment. Its files have no names; they exist as long as this
 * object or a VM has them open.
 *
 * @param id the slot, as in {@link DrivePlace}
 * @param mode READ_ONLY or OVERLAY
 * @param bytes its size
 * @param files open for reading, none of them ever written again: the image, then the copy-on-write
 *     layers over it, the lowest first
 */
public record FrozenDrive(String id, DriveMode mode, long bytes, List<Descriptor> files)
    implements AutoCloseable {
  public FrozenDrive {
    files = List.copyOf(files);
  }

  @Override
  public void close() {
    files.forEach(Descriptor::close);
  }
}
