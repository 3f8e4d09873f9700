package io.vmfactory.cli;

import io.vmfactory.api.runtime.v1.Container;
import io.vmfactory.api.runtime.v1.CreateContainerRequest;
import io.vmfactory.client.ContainerCalls;
import io.vmfactory.client.sandbox.ContainerSpec;
import io.vmfactory.client.sandbox.SandboxSpec;
import io.vmfactory.configs.time.Deadline;
import io.vmfactory.configs.time.Uninterrupted;
import io.vmfactory.vmm.VmId;
import java.time.Duration;
import java.util.UUID;

/**
 * Creates and starts a container in the runtime service.
 *
 * @param service the service; not closed here
 */
record DetachedRun(ContainerCalls service) {
  private static final Duration UNDO_LIMIT = Duration.ofSeconds(30);

  /** Returns the container when it runs. If it cannot be started, nothing is left of it. */
  Container run(SandboxSpec sandbox, ContainerSpec container, VmFactoryCommand root) {
    Deadline deadline = root.deadline();
    Container made = service.create(request(sandbox, container), deadline);
    try {
      return service.start(made.getNamespace(), made.getId(), deadline);
    } catch (RuntimeException e) {
      undo(made, e);
      throw e;
    }
  }

  private void undo(Container made, RuntimeException failure) {
    try {
      Uninterrupted.run(
          () ->
              service.delete(made.getNamespace(), made.getId(), true, Deadline.after(UNDO_LIMIT)));
    } catch (RuntimeException e) {
      failure.addSuppressed(e);
    }
  }

  private static CreateContainerRequest request(SandboxSpec sandbox, ContainerSpec container) {
    CreateContainerRequest.Builder request =
        CreateContainerRequest.newBuilder()
            .setId(sandbox.id().isEmpty() ? VmId.random().shortened() : sandbox.id())
            .setRequestId(UUID.randomUUID().toString())
            .setGuestSpec(container.oci().proto().toByteString())
            .setImage(container.rootfs().path().toString())
            .setVcpus(sandbox.vcpus())
            .setMemoryMib(sandbox.memoryMib())
            .setHostname(sandbox.hostname())
            .putAllAnnotations(sandbox.annotations());
    sandbox.routes().forEach(route -> request.addRoutes(route.name()));
    for (ContainerSpec.Volume volume : container.volumes()) {
      request
          .addVolumesBuilder()
          .setImage(volume.image().path().toString())
          .setMountPoint(volume.mountPoint());
    }
    Duration ttl = sandbox.leaseTtl();
    return (ttl == null ? request : request.setLeaseMillis(ttl.toMillis())).build();
  }
}
