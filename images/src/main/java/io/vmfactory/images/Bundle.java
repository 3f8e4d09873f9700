package io.vmfactory.images;

import io.vmfactory.guest.oci.OciSpec;

/**
 * An OCI runtime bundle: a directory with config.json and a root file system.
 *
 * @param spec config.json; its root path is still the host's and must be replaced by the guest's
 * @param image the root file system
 */
public record Bundle(OciSpec spec, Image image) implements AutoCloseable {
  @Override
  public void close() {
    image.close();
  }
}
