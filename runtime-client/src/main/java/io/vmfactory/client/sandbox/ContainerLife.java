package io.vmfactory.client.sandbox;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.guest.oci.OciProcess;
import java.time.Duration;
import java.util.function.UnaryOperator;

/** The changes of a {@link Container}'s state: start, pause, end. */
public interface ContainerLife {
  /** Starts the container: CREATED to RUNNING. */
  void start(Deadline deadline);

  /**
   * Starts the container with another program: CREATED to RUNNING. The program begins as the one
   * that the container was created with, but for its arguments, variables and directory.
   *
   * @param change sets arguments, variables and directory: {@code p -> p.withArgs(List.of("ls"))}
   * @throws SandboxException INVALID if something else is changed, WRONG_STATE if the container was
   *     created without {@link ContainerSpec#programAtStart}, COMMAND_NOT_FOUND, NOT_EXECUTABLE
   */
  void start(UnaryOperator<OciProcess> change, Deadline deadline);

  /**
   * Stops the container: sends SIGTERM to its first process and, if it still runs after {@code
   * grace}, SIGKILL to all processes. A stopped container keeps its status and output until it is
   * deleted.
   *
   * @return the exit status of its first process, 0..255
   */
  int stop(Duration grace, Deadline deadline);

  /** Kills its remaining processes and removes it. Frees its drives. */
  void delete(Deadline deadline);

  /** Pauses its processes: RUNNING to PAUSED. */
  void pause(Deadline deadline);

  /** Resumes its processes: PAUSED to RUNNING. */
  void resume(Deadline deadline);
}
