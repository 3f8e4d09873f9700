package io.vmfactory.client.sandbox;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.guest.ContainerHost;

/**
 * A VM and what the containers in it share: network, IPC, host name. CREATED until it is started,
 * RUNNING until it is stopped, and then STOPPED, from where it may be started again with another
 * VM. Several processes may operate one at the same time: the changing verbs wait for each other.
 *
 * <p>Besides what the package says, any verb may throw {@link SandboxException} with reason LOST
 * when the VM is gone, BUSY when another process is changing the sandbox and does not finish in
 * time, WRONG_STATE when the sandbox's state forbids the verb, NOT_FOUND when it was deleted.
 */
public interface Sandbox extends SandboxView, AutoCloseable {
  /** CREATED or STOPPED to RUNNING: takes a VM and sets it up. When it throws, no VM is left. */
  SandboxStatus start(Deadline deadline);

  /** RUNNING or PAUSED to STOPPED: its containers and its VM are gone when this returns. */
  void stop(Deadline deadline);

  /** Stops it, if need be, and removes its state. A second call does nothing. */
  void delete(Deadline deadline);

  /** RUNNING to PAUSED: no process of any container runs, no container can be made or started. */
  void pause(Deadline deadline);

  /** PAUSED to RUNNING. */
  void resume(Deadline deadline);

  /**
   * Makes a container, CREATED: its drives are attached and mounted, its first process exists and
   * waits for {@link Container#start}. When it throws, nothing is left of it.
   *
   * @throws SandboxException ALREADY_EXISTS, INVALID (the spec, an image), COMMAND_NOT_FOUND,
   *     NOT_EXECUTABLE, IN_USE (an image that somebody writes), NO_ROOM (drives)
   */
  Container createContainer(ContainerSpec spec, Deadline deadline);

  /** The guest itself, for what has no verb here: its network, files, volumes. */
  ContainerHost guest(Deadline deadline);

  /** Deletes the sandbox when this runtime instance has made it, else only lets go of it. */
  @Override
  void close();
}
