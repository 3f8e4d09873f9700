package io.vmfactory.client.sandbox;

import io.vmfactory.api.v1.CreateTemplateProgress;
import io.vmfactory.api.v1.Template;
import io.vmfactory.client.machine.SuspendedMachine;
import io.vmfactory.client.sandbox.state.SandboxStore;
import io.vmfactory.configs.time.Deadline;
import io.vmfactory.vmm.Sizing;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Creates sandboxes and finds those of other processes. The sandboxes of a runtime live as long as
 * it does: {@link #close()} deletes them, and so does the normal end of the process, including
 * SIGTERM. If the process is killed with SIGKILL, the lease of a sandbox expires and its VM ends; a
 * VM that was booted directly is ended by the next runtime on the same sandbox_dir. Thread-safe.
 *
 * <pre>{@code
 * try (SandboxRuntime runtime = SandboxRuntime.open(RuntimeSettings.load(null));
 *     Sandbox sandbox = runtime.create(SandboxSpec.defaults(), Deadline.after(limit))) {
 *   sandbox.start(Deadline.after(limit));
 *   Container container = sandbox.createContainer(spec, Deadline.after(limit));
 *   container.start(Deadline.after(limit));
 *   container.process().stdout().transferTo(System.out);
 * }
 * }</pre>
 */
public interface SandboxRuntime extends AutoCloseable {
  /**
   * Opens a runtime. Removes what killed processes left behind. Connects and starts nothing until
   * it is needed.
   */
  static SandboxRuntime open(RuntimeSettings settings) {
    return LocalRuntime.open(settings);
  }

  /**
   * Opens a runtime whose sandboxes outlive it, for a service that is restarted: {@link #close()}
   * and the end of the process leave them as they are. The next runtime of this kind finds those
   * that are {@linkplain SandboxStore#KEPT kept}, and {@linkplain #takeOver takes them over}.
   */
  static SandboxRuntime keeping(RuntimeSettings settings) {
    return LocalRuntime.keeping(settings);
  }

  /**
   * Creates a sandbox in state CREATED: its id is reserved and its folder exists, but nothing runs.
   *
   * @throws SandboxException ALREADY_EXISTS if the id is in use
   */
  Sandbox create(SandboxSpec spec, Deadline deadline);

  /**
   * Returns a sandbox that this or another process created. The lease stays with its owner: the
   * sandbox lives as long as the process that started it.
   *
   * @throws SandboxException NOT_FOUND
   */
  Sandbox fetch(String id, Deadline deadline);

  /**
   * Takes over a sandbox from a process that has ended, with its VM: renews its lease from now on.
   *
   * @throws SandboxException NOT_FOUND, WRONG_STATE if it has no VM, LOST if the VM has ended
   */
  Sandbox takeOver(String id, Deadline deadline);

  /**
   * Clones a sandbox as it is at this moment, with all its containers and their processes. Each
   * clone is a sandbox that {@link #fetch} finds. This runtime does not delete the clones, and does
   * not renew their leases.
   *
   * @param count 1..32
   * @param leaseTtl how long each clone lives; null for the daemon's default
   * @throws SandboxException NOT_FOUND, WRONG_STATE if it does not run, UNSUPPORTED if its VM
   *     cannot be cloned, NO_ROOM, LOST
   */
  SandboxFork fork(String id, int count, @Nullable Duration leaseTtl, Deadline deadline);

  /**
   * Gives a sandbox's VM the vCPUs and the memory that it lacks. It never gets less than it has.
   *
   * @param wanted 0 for as much as it has
   * @throws SandboxException NOT_FOUND, WRONG_STATE if it does not run, INVALID (beyond the
   *     configured maximum), NO_ROOM (the VM's maximum, or the host's memory), LOST
   */
  SandboxStatus growVm(String id, Sizing wanted, Deadline deadline);

  /**
   * Stops the CPUs of a sandbox's VM; its memory and its lease stay. Calls to its containers wait.
   * Has no effect if it is paused. (To stop only the processes in the containers, use {@link
   * Sandbox#pause}.)
   *
   * @throws SandboxException NOT_FOUND, WRONG_STATE if it does not run, UNSUPPORTED if its VM was
   *     booted directly, LOST
   */
  void pauseVm(String id, Deadline deadline);

  /**
   * Stores a sandbox's VM on disk and ends its process: the sandbox takes no memory until {@link
   * #resumeVm}. It survives restarts of the daemon and of the host. It belongs to no process any
   * more; its lease lasts for {@code ttl} unless it is renewed, then the sandbox is deleted. A
   * process that uses the sandbox loses it. If this throws, the VM goes on. A sandbox that a
   * service keeps is suspended and resumed by that service's runtime only.
   *
   * @param ttl null for the daemon's default
   * @throws SandboxException as {@link #pauseVm}; UNSUPPORTED also if a service keeps the sandbox
   *     and this runtime is another one; NO_ROOM
   */
  SuspendedMachine suspendVm(String id, @Nullable Duration ttl, Deadline deadline);

  /**
   * Lets a sandbox's VM run again that was paused or suspended, with the right time. Has no effect
   * if it runs. The containers of a suspended sandbox are there again, and go on. This runtime does
   * not delete the sandbox, and does not renew its lease.
   *
   * @param ttl duration of the lease from now on; null for the one that it had
   * @throws SandboxException as {@link #pauseVm}; ALREADY_EXISTS if the sandbox is suspended and
   *     another one has its id; NO_ROOM
   */
  void resumeVm(String id, @Nullable Duration ttl, Deadline deadline);

  /**
   * Builds a template: makes a sandbox as the recipe says, and stores it as the next version of its
   * name. Sandboxes with {@link SandboxSpec#withTemplate} are clones of it. If it throws, and if
   * the runtime is closed meanwhile, nothing is left: no sandbox, no VM, no version.
   *
   * @param progress called at the start and the end of each step; must not block
   * @return the template, with labels and description
   * @throws SandboxException INVALID (the recipe), COMMAND_NOT_FOUND, NOT_EXECUTABLE, IN_USE,
   *     NO_ROOM; UNSUPPORTED if the VM cannot be stored; FAILED if the program ends, is not ready
   *     in its time limit, or a command fails
   */
  Template buildTemplate(
      TemplateRecipe recipe, Consumer<CreateTemplateProgress> progress, Deadline deadline);

  /**
   * Returns all sandboxes in this sandbox_dir, sorted by id, including those of other processes.
   * Suspended ones are not among them.
   */
  List<SandboxStatus> list(Deadline deadline);

  /** Returns the suspended sandboxes, oldest first; none if the daemon does not run. */
  List<SandboxStatus> suspended(Deadline deadline);

  /** Deletes the sandboxes of this runtime and closes all connections. */
  @Override
  void close();
}
