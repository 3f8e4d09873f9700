package io.vmfactory.client.sandbox;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.guest.ContainerInfo;
import io.vmfactory.guest.ContainerStats;
import io.vmfactory.guest.ProcessInfo;
import io.vmfactory.guest.oci.OciProcess;
import io.vmfactory.guest.oci.ResourceLimits;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * A container in a sandbox. Its state is in the guest; this object caches nothing.
 *
 * <p>In addition to the exceptions of the package, every method may throw {@link SandboxException}
 * with reason NOT_FOUND if the container was deleted, WRONG_STATE if its state does not allow the
 * call, LOST if the VM is gone.
 */
public interface Container extends ContainerLife {
  /** Returns the id, unique in its sandbox. */
  String id();

  /** Returns the current status, as reported by the guest. */
  ContainerInfo status(Deadline deadline);

  /** Returns whether it has been created and not been started: its state is CREATED. */
  boolean awaitsStart(Deadline deadline);

  /** Returns its resource usage. */
  ContainerStats stats(Deadline deadline);

  /** Returns the processes in the container, by pid. */
  List<ProcessInfo> processes(Deadline deadline);

  /** Returns its first process as it was asked for, at the latest at its start. */
  OciProcess described(Deadline deadline);

  /** Returns its first process. */
  ContainerProcess process();

  /**
   * Returns a process that {@link Container#exec} has started, in this or another process, by its
   * id.
   */
  ContainerProcess process(String execId);

  /**
   * Starts another process in the container. It begins as the container's first process was asked
   * for: user, groups, capabilities, limits, environment, working directory and so on, but without
   * a terminal.
   *
   * @param change sets what shall differ, at least the arguments: {@code p ->
   *     p.withArgs(List.of("ls"))}
   * @throws SandboxException COMMAND_NOT_FOUND, NOT_EXECUTABLE; WRONG_STATE if the container does
   *     not run
   */
  ContainerProcess exec(UnaryOperator<OciProcess> change, Deadline deadline);

  /**
   * Starts another process in the container, with an id that the caller chooses.
   *
   * @param execId unique in the container
   * @throws SandboxException as {@link #exec(UnaryOperator, Deadline)}; ALREADY_EXISTS if the
   *     container has had a process with this id
   */
  ContainerProcess exec(String execId, OciProcess process, Deadline deadline);

  /**
   * Sends a signal to all of its processes. For one process use {@link ContainerProcess#signal}.
   */
  void kill(int signal, Deadline deadline);

  /** Changes its resource limits. */
  void update(ResourceLimits limits, Deadline deadline);
}
