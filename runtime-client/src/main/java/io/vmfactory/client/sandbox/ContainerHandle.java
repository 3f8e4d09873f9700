package io.vmfactory.client.sandbox;

import io.vmfactory.client.sandbox.SandboxException.Reason;
import io.vmfactory.configs.time.Deadline;
import io.vmfactory.configs.time.DeadlineExceededException;
import io.vmfactory.guest.ContainerInfo;
import io.vmfactory.guest.ContainerInfo.State;
import io.vmfactory.guest.ContainerStats;
import io.vmfactory.guest.GuestAgent;
import io.vmfactory.guest.GuestException;
import io.vmfactory.guest.ProcessInfo;
import io.vmfactory.guest.ProcessRef;
import io.vmfactory.guest.oci.OciProcess;
import io.vmfactory.guest.oci.ResourceLimits;
import io.vmfactory.vmm.VmId;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** A container of a sandbox. */
final class ContainerHandle implements Container {
  private static final int SIGKILL = 9;
  private static final int SIGTERM = 15;

  /** The limit for connecting in methods without a deadline. */
  private static final Duration CONNECT_LIMIT = Duration.ofSeconds(30);

  private final SandboxContainers sandbox;
  private final String id;
  private final Map<String, ContainerProcess> processes = new ConcurrentHashMap<>();

  /** The process that it was created with, until it is started; null = ask the guest. */
  private volatile @Nullable OciProcess created;

  /**
   * @param created the process that a container was created with whose program has not begun, as
   *     known from its template; null = not known
   */
  ContainerHandle(SandboxContainers sandbox, String id, @Nullable OciProcess created) {
    this.sandbox = sandbox;
    this.id = id;
    this.created = created;
  }

  @Override
  public String id() {
    return id;
  }

  @Override
  public void start(Deadline deadline) {
    sandbox.state().requireRunning("start container " + id);
    created = null;
    runCommand(agent -> agent.containers().start(id, deadline), deadline);
  }

  @Override
  public void start(UnaryOperator<OciProcess> change, Deadline deadline) {
    sandbox.state().requireRunning("start container " + id);
    OciProcess known = created;
    OciProcess before = known == null ? described(deadline) : known;
    OciProcess wanted = change.apply(before);
    if (!wanted.differsOnlyInProgram(before)) {
      throw new SandboxException(
          Reason.INVALID,
          "container %s exists already: only arguments, variables and directory of its program can"
                  .formatted(id)
              + " be chosen now; user, terminal, limits and rights are those of its creation");
    }
    created = null;
    runCommand(agent -> agent.containers().start(id, wanted, deadline), deadline);
  }

  @Override
  public boolean awaitsStart(Deadline deadline) {
    return created != null || status(deadline).state() == State.CREATED;
  }

  @Override
  public OciProcess described(Deadline deadline) {
    return sandbox.connection(deadline).ask(agent -> agent.containers().process(id, deadline));
  }

  @Override
  public int stop(Duration grace, Deadline deadline) {
    ContainerInfo now = status(deadline);
    if (now.state() == State.STOPPED) {
      return now.exitStatus();
    }
    signalled(agent -> agent.processes().signal(ProcessRef.first(id), SIGTERM, deadline), deadline);
    boolean patient = grace.compareTo(deadline.remaining()) < 0;
    try {
      return process().await(patient ? Deadline.after(grace) : deadline);
    } catch (DeadlineExceededException e) {
      deadline.check("container " + id + " to end");
      signalled(agent -> agent.processes().signalAll(id, SIGKILL, deadline), deadline);
      return process().await(deadline);
    }
  }

  /**
   * Sends a signal. Ignores that the target has already ended, because that is the purpose of the
   * signal.
   */
  private void signalled(Consumer<GuestAgent> signal, Deadline deadline) {
    try {
      run(signal, deadline);
    } catch (SandboxException e) {
      if (e.reason() != Reason.WRONG_STATE && e.reason() != Reason.NOT_FOUND) {
        throw e;
      }
    }
  }

  @Override
  public void delete(Deadline deadline) {
    sandbox.delete(id, deadline);
  }

  @Override
  public ContainerProcess exec(UnaryOperator<OciProcess> change, Deadline deadline) {
    OciProcess process = change.apply(described(deadline).withTerminal(false));
    return exec(VmId.random().shortened(), process, deadline);
  }

  @Override
  public ContainerProcess exec(String execId, OciProcess process, Deadline deadline) {
    ProcessRef ref = new ProcessRef(id, execId);
    runCommand(agent -> agent.processes().exec(ref, process, deadline), deadline);
    return process(execId);
  }

  /**
   * Runs a command in the guest. If the guest reports "not found", determines whether the command
   * or the container is missing.
   */
  private void runCommand(Consumer<GuestAgent> command, Deadline deadline) {
    GuestConnection link = sandbox.connection(deadline);
    try {
      command.accept(link.agent());
    } catch (GuestException e) {
      if (e.code() == GuestException.NOT_FOUND) {
        status(deadline); // throws if the container is missing
      }
      throw e.code() == GuestException.UNAVAILABLE ? link.failure(e) : SandboxFailures.ofCommand(e);
    }
  }

  @Override
  public void kill(int signal, Deadline deadline) {
    run(agent -> agent.processes().signalAll(id, signal, deadline), deadline);
  }

  @Override
  public void update(ResourceLimits limits, Deadline deadline) {
    run(agent -> agent.containers().update(id, limits, deadline), deadline);
  }

  @Override
  public void pause(Deadline deadline) {
    run(agent -> agent.containers().pause(id, deadline), deadline);
  }

  @Override
  public void resume(Deadline deadline) {
    sandbox.state().requireRunning("resume container " + id);
    thaw(deadline);
  }

  /** Resumes the container in any state of the sandbox. */
  void thaw(Deadline deadline) {
    run(agent -> agent.containers().resume(id, deadline), deadline);
  }

  @Override
  public ContainerInfo status(Deadline deadline) {
    return sandbox.infos(deadline).stream()
        .filter(info -> info.id().equals(id))
        .findFirst()
        .orElseThrow(() -> sandbox.noContainer(id));
  }

  @Override
  public ContainerStats stats(Deadline deadline) {
    return sandbox.connection(deadline).ask(agent -> agent.containers().stats(id, deadline));
  }

  @Override
  public List<ProcessInfo> processes(Deadline deadline) {
    return sandbox.connection(deadline).ask(agent -> agent.containers().processes(id, deadline));
  }

  @Override
  public ContainerProcess process() {
    return process(id);
  }

  @Override
  public ContainerProcess process(String execId) {
    return processes.computeIfAbsent(
        execId,
        exec ->
            new GuestProcess(
                new ProcessRef(id, exec), () -> sandbox.connection(Deadline.after(CONNECT_LIMIT))));
  }

  private void run(Consumer<GuestAgent> question, Deadline deadline) {
    sandbox
        .connection(deadline)
        .ask(
            agent -> {
              question.accept(agent);
              return true;
            });
  }
}
