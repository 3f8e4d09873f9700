package io.vmfactory.client.sandbox;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.guest.ResourceLimits;
import io.vmfactory.guest.oci.OciProcess;
import java.time.Duration;

/**
 * A container in a sandbox. The guest knows the truth about it: nothing here is remembered.
 *
 * <p>Besides what the package says, any verb may throw {@link SandboxException} with reason
 * NOT_FOUND when the container was deleted, WRONG_STATE when its state forbids the verb, LOST when
 * the VM is gone.
 */
public interface Container extends ContainerView {
  /** CREATED to RUNNING. */
  void start(Deadline deadline);

  /**
   * Ends it: SIGTERM to its first process and, when that is not enough within {@code grace},
   * SIGKILL to all. A stopped container has its status and its output until it is deleted.
   *
   * @return the exit status of its first process, 0..255
   */
  int stop(Duration grace, Deadline deadline);

  /** Ends what still runs of it and removes it; its drives are free again. */
  void delete(Deadline deadline);

  /**
   * Starts one more process in it.
   *
   * @throws SandboxException COMMAND_NOT_FOUND, NOT_EXECUTABLE; WRONG_STATE when it does not run
   */
  ContainerProcess exec(OciProcess process, Deadline deadline);

  /** Sends a signal to all of its processes; to one: {@link ContainerProcess#signal}. */
  void kill(int signal, Deadline deadline);

  /** Changes its limits. */
  void update(ResourceLimits limits, Deadline deadline);

  /** RUNNING to PAUSED: freezes its processes. */
  void pause(Deadline deadline);

  /** PAUSED to RUNNING. */
  void resume(Deadline deadline);
}
