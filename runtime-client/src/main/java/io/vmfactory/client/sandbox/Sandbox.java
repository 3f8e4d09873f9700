package io.vmfactory.client.sandbox;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.guest.ContainerHost;
import java.util.List;
import java.util.concurrent.CompletionStage;

/**
 * A VM with containers that share its network, IPC and host name. Its state is CREATED until it is
 * started, RUNNING until it is stopped, then STOPPED. A stopped sandbox can be started again, with
 * another VM. Several processes may operate a sandbox at the same time: changes wait for each
 * other.
 *
 * <p>In addition to the exceptions of the package, every method may throw {@link SandboxException}
 * with reason LOST if the VM is gone, BUSY if another process is changing the sandbox and does not
 * finish in time, WRONG_STATE if the state of the sandbox does not allow the call, NOT_FOUND if the
 * sandbox was deleted.
 */
public interface Sandbox extends TemplateContainers, AutoCloseable {
  /** Returns the id of the sandbox. */
  String id();

  /** Returns the current status. */
  SandboxStatus status(Deadline deadline);

  /** Returns its containers, in the order of their creation. */
  List<Container> containers(Deadline deadline);

  /**
   * Returns the container of that id.
   *
   * @throws SandboxException NOT_FOUND
   */
  Container container(String containerId, Deadline deadline);

  /**
   * Returns a stage that completes, with the reason, when the VM has ended unexpectedly, the daemon
   * has ended it, or the connection to it is lost. It does not complete when this object stops the
   * sandbox.
   */
  CompletionStage<String> lost();

  /** Takes a VM and sets it up: CREATED or STOPPED to RUNNING. If it throws, no VM is left. */
  SandboxStatus start(Deadline deadline);

  /**
   * Ends the containers and the VM: RUNNING or PAUSED to STOPPED. They are gone when this returns.
   */
  void stop(Deadline deadline);

  /** Stops the sandbox if necessary and removes its state. A second call has no effect. */
  void delete(Deadline deadline);

  /** Pauses all containers: RUNNING to PAUSED. No container can be created or started meanwhile. */
  void pause(Deadline deadline);

  /** Resumes all containers: PAUSED to RUNNING. */
  void resume(Deadline deadline);

  /**
   * Creates a container in state CREATED: its drives are attached and mounted, and its first
   * process waits for {@link Container#start}. If it throws, nothing is left of the container.
   *
   * @throws SandboxException ALREADY_EXISTS, INVALID (the spec, an image), COMMAND_NOT_FOUND,
   *     NOT_EXECUTABLE, IN_USE (an image that another process writes), NO_ROOM (drives)
   */
  Container createContainer(ContainerSpec spec, Deadline deadline);

  /**
   * Makes the network of the guest like that of a network namespace of this host: each interface
   * there gets a NIC slot, and the guest an interface of the same name, MAC, MTU and addresses, the
   * routes and the neighbours. The caller redirects the frames between the two on the host. What is
   * so already stays untouched.
   *
   * @throws SandboxException INVALID, FORBIDDEN (the namespace), ALREADY_EXISTS (a name there),
   *     NO_ROOM (NIC slots)
   */
  void connect(SandboxNetwork network, Deadline deadline);

  /** Returns the guest's own interface, for network, files and volumes. */
  ContainerHost guest(Deadline deadline);

  /**
   * Deletes the sandbox if this runtime created it and does not keep it. Otherwise only closes the
   * connection to it.
   */
  @Override
  void close();
}
