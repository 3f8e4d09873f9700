package io.vmfactory.runtime.containers;

import io.vmfactory.client.sandbox.Container;
import io.vmfactory.client.sandbox.ContainerSpec;
import io.vmfactory.client.sandbox.Sandbox;
import io.vmfactory.configs.time.Deadline;
import io.vmfactory.guest.GuestFile;
import io.vmfactory.guest.GuestSandbox;

/**
 * Makes a container and its files in a VM.
 *
 * @param id its id in the VM
 */
record ContainerInVm(NewContainer wanted, Sandbox sandbox, String id, Deadline deadline) {
  /** Creates it. */
  Container create(ContainerSpec spec) {
    wanted.files().forEach(file -> guest().copyFile(file, deadline));
    Container created = sandbox.createContainer(spec.withId(id), deadline);
    writeRootFiles(id);
    return created;
  }

  /** Lets a container that waits for its program become this one. */
  Container become(String waiting) {
    for (GuestFile file : wanted.files()) { // they are mounted: they keep their places
      guest().overwriteFile(file, deadline);
    }
    writeRootFiles(waiting);
    sandbox.reuse(waiting, id, wanted.container().oci().process(), deadline);
    return sandbox.container(id, deadline);
  }

  private GuestSandbox guest() {
    return sandbox.guest(deadline).sandbox();
  }

  private void writeRootFiles(String container) {
    String root = ContainerSpec.guestRoot(container);
    wanted.rootFiles().forEach(file -> guest().copyFile(file.below(root), deadline));
  }
}
