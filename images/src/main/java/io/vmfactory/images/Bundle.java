package io.vmfactory.images;

import io.vmfactory.guest.oci.OciSpec;

/**
 * An OCI runtime bundle: a directory with config.json and a root file system.
 *
 * @param spec the content of config.json; its root path is that of the host and must be replaced
 * @param image the root file system
 */
public record Bundle(OciSpec spec, Image image) implements AutoCloseable {
  @Override
  public void close() {
    image.close();
  }
}
