package io.vmfactory.runtime.containers;

import io.vmfactory.client.sandbox.Container;
import io.vmfactory.configs.time.Deadline;
import io.vmfactory.guest.oci.OciProcess;

/** A further process of a container. It may depend on the container's first one. */
@FunctionalInterface
public interface ExecutedProcess {
  /**
   * Returns it, for that container.
   *
   * @throws io.vmfactory.guest.oci.OciSpecException if it could not run
   */
  OciProcess in(Container container, Deadline deadline);
}
