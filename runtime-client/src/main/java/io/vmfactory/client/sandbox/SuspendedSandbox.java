package io.vmfactory.client.sandbox;

import io.vmfactory.api.v1.Template;
import io.vmfactory.client.machine.SuspendedMachine;
import io.vmfactory.client.sandbox.SandboxException.Reason;
import io.vmfactory.configs.time.Deadline;
import io.vmfactory.guest.ContainerHost;
import io.vmfactory.guest.oci.OciProcess;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * A sandbox whose VM is on disk. It can be deleted; everything else needs the VM.
 *
 * @param id its id
 * @param vm its VM
 */
record SuspendedSandbox(String id, SuspendedMachine vm, SuspendedSandboxes suspended)
    implements Sandbox {
  private SandboxException refused(String verb) {
    return new SandboxException(
        Reason.WRONG_STATE,
        "cannot %s: sandbox %s is suspended; resume it first (vmfactory resume %s)"
            .formatted(verb, id, id));
  }

  @Override
  public SandboxStatus status(Deadline deadline) {
    return SuspendedSandboxes.status(id, vm);
  }

  @Override
  public List<Container> containers(Deadline deadline) {
    throw refused("reach its containers");
  }

  @Override
  public Container container(String containerId, Deadline deadline) {
    throw refused("reach container " + containerId);
  }

  @Override
  public CompletionStage<String> lost() {
    return new CompletableFuture<String>().minimalCompletionStage();
  }

  @Override
  public SandboxStatus start(Deadline deadline) {
    throw refused("start");
  }

  @Override
  public void stop(Deadline deadline) {
    throw refused("stop");
  }

  @Override
  public void delete(Deadline deadline) {
    suspended.delete(id, vm, deadline);
  }

  @Override
  public void pause(Deadline deadline) {
    throw refused("pause");
  }

  @Override
  public void resume(Deadline deadline) {
    throw refused("resume its containers");
  }

  @Override
  public Container createContainer(ContainerSpec spec, Deadline deadline) {
    throw refused("create a container");
  }

  @Override
  public List<WaitingContainer> waiting() {
    return List.of();
  }

  @Override
  public Container reuse(String containerId, String as, OciProcess program, Deadline deadline) {
    throw refused("use container " + containerId);
  }

  @Override
  public Template store(String name, String containerId, ContainerShape shape, Deadline deadline) {
    throw refused("make a template");
  }

  @Override
  public void connect(SandboxNetwork network, Deadline deadline) {
    throw refused("connect its network");
  }

  @Override
  public ContainerHost guest(Deadline deadline) {
    throw refused("reach its guest");
  }

  @Override
  public void close() {}
}
