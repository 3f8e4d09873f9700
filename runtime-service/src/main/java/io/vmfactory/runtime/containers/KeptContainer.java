package io.vmfactory.runtime.containers;

import io.vmfactory.client.sandbox.Container;
import io.vmfactory.client.sandbox.ContainerProcess;
import io.vmfactory.client.sandbox.Sandbox;
import io.vmfactory.client.sandbox.SandboxException;
import io.vmfactory.client.sandbox.SandboxException.Reason;
import io.vmfactory.client.sandbox.SandboxNetwork;
import io.vmfactory.client.sandbox.SandboxStatus;
import io.vmfactory.client.sandbox.SandboxVm;
import io.vmfactory.configs.ErrorText;
import io.vmfactory.configs.time.Deadline;
import io.vmfactory.configs.time.DeadlineExceededException;
import io.vmfactory.guest.ContainerInfo;
import io.vmfactory.guest.ContainerStats;
import io.vmfactory.guest.GuestProcesses.Output;
import io.vmfactory.guest.oci.OciProcess;
import io.vmfactory.guest.oci.ResourceLimits;
import io.vmfactory.linux.ProcessIdentity;
import io.vmfactory.runtime.containers.ContainerRecord.Exit;
import io.vmfactory.runtime.containers.ContainerView.End;
import io.vmfactory.runtime.containers.ContainerView.State;
import io.vmfactory.vmm.Sizing;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One container, from the end of its creation to its removal. When its first process ends, its exit
 * status is recorded and its VM is ended. Thread-safe.
 */
public final class KeptContainer {
  private static final Logger log = LoggerFactory.getLogger(KeptContainer.class);

  private static final int SIGKILL = 9;
  private static final int KILLED = 128 + SIGKILL;

  /** How long the end of a container waits for the rest of its output. */
  private static final Duration LAST_OUTPUT = Duration.ofSeconds(2);

  /** How calls fail while a container ends by itself. */
  private static final Set<Reason> ENDING =
      Set.of(Reason.WRONG_STATE, Reason.NOT_FOUND, Reason.LOST);

  private static final Duration LIMIT = Duration.ofSeconds(30);

  /** How often a container is looked for again after the connection to its guest has broken. */
  private static final int MOST_RECONNECTIONS = 5;

  private final Keeping keeping;
  private final OutputPump stdout;
  private final OutputPump stderr;
  private final Set<Runnable> watchers = ConcurrentHashMap.newKeySet();
  private final CompletableFuture<Exit> ended = new CompletableFuture<>();
  private volatile ContainerRecord record;
  private volatile State state;
  private volatile String vmId = "";
  private volatile @Nullable Sandbox sandbox;
  private CompletableFuture<Void> standIn = CompletableFuture.completedFuture(null);
  private int reconnections;
  private volatile boolean removed;

  private KeptContainer(Keeping keeping, ContainerRecord record, State state) {
    this.keeping = keeping;
    this.record = record;
    this.state = state;
    Path folder = keeping.journal().folder(record);
    this.stdout = pump(folder, "stdout", Output.STDOUT);
    this.stderr = pump(folder, "stderr", Output.STDERR);
  }

  private OutputPump pump(Path folder, String name, Output output) {
    OutputLog to = new OutputLog(folder.resolve(name + ".log"));
    return new OutputPump(output, to, keeping.pumps(), this::changed);
  }

  /** Returns a container that has ended before. */
  static KeptContainer ended(Keeping keeping, ContainerRecord record, Exit exit) {
    KeptContainer container = new KeptContainer(keeping, record, State.STOPPED);
    container.ended.complete(exit);
    return container;
  }

  /** Returns a container in {@code sandbox} and follows it from now on. */
  static KeptContainer following(
      Keeping keeping, ContainerRecord record, Sandbox sandbox, Deadline deadline) {
    KeptContainer container = new KeptContainer(keeping, record, State.CREATED);
    container.follow(sandbox, deadline);
    return container;
  }

  private void follow(Sandbox in, Deadline deadline) {
    sandbox = in;
    SandboxVm vm = in.status(deadline).vm();
    vmId = vm == null ? "" : vm.id();
    Container container = in.container(record.id(), deadline);
    ContainerInfo.State found = container.status(deadline).state();
    if (found != ContainerInfo.State.CREATED) {
      state = found == ContainerInfo.State.PAUSED ? State.PAUSED : State.RUNNING;
      closeInput(container); // the service may have been killed before it did
    }
    if (record.engine() == null) {
      stdout.start(container.process());
      stderr.start(container.process());
    } else {
      standIn = StandIn.watch(keeping, record.engine().standIn());
      var unusedWatch = standIn.thenRunAsync(this::standInEnded, keeping.ends());
    }
    var unused =
        container
            .process()
            .exited()
            .whenCompleteAsync((status, failure) -> onEnd(status, failure), keeping.ends());
  }

  /**
   * Removes it when the process ends that keeps it for containerd. Called once, when it is known.
   */
  void watchKeeper() {
    ContainerRecord.Keeper keeper = record.keeper();
    if (keeper != null) {
      KeeperWatch.begin(keeping, this, keeper);
    }
  }

  /** A container whose stand-in has ended is of no use to its engine or command. */
  private void standInEnded() {
    if (isForeground()) {
      Foreground.end(this);
    } else if (state != State.STOPPED) {
      killQuietly();
    }
  }

  private void killQuietly() {
    try {
      signal(SIGKILL, true, Deadline.after(LIMIT));
    } catch (RuntimeException e) {
      log.info("container {}: not killed: {}", name(), ErrorText.of(e));
    }
  }

  /** A container that is kept has no input; that of an engine gets it from its stand-in. */
  private void closeInput(Container container) {
    if (record.engine() != null) {
      return;
    }
    try {
      container.process().stdin().close();
    } catch (IOException e) {
      log.warn("container {}: cannot close its input: {}", record.name(), ErrorText.of(e));
    }
  }

  /** Returns its name. */
  public ContainerName name() {
    return record.name();
  }

  /** Returns it as it is now. */
  public ContainerView view() {
    State now = state;
    boolean over = now == State.STOPPED;
    return new ContainerView(record, now, over ? "" : vmId, end(stdout, over), end(stderr, over));
  }

  private static End end(OutputPump pump, boolean over) {
    return new End(pump.log().end(), over);
  }

  /** Returns whether it belongs to a command in the foreground, and is removed with it. */
  public boolean isForeground() {
    return record.client().isPresent();
  }

  /** Returns whether it was removed, by this object. */
  boolean isRemoved() {
    return removed;
  }

  /** Returns the sandbox that contains it alone. */
  public Sandbox sandbox() {
    return sandbox(Deadline.after(LIMIT));
  }

  /** Returns whether {@code requestId} is that of the request that made it. */
  boolean isMadeBy(String requestId) {
    return !requestId.isEmpty() && record.requestId().equals(requestId);
  }

  /**
   * Calls {@code watcher} after each change of the container or its output, until the result is
   * run. The watcher must not block.
   */
  public Runnable watch(Runnable watcher) {
    watchers.add(watcher);
    return () -> watchers.remove(watcher);
  }

  private void changed() {
    watchers.forEach(Runnable::run);
  }

  private Sandbox sandbox(Deadline deadline) {
    Sandbox now = sandbox;
    return now != null ? now : keeping.runtime().fetch(record.sandbox(), deadline);
  }

  private Container container(String verb, Deadline deadline) {
    if (state == State.STOPPED) {
      throw new SandboxException(
          Reason.WRONG_STATE, "cannot %s container %s: it has stopped".formatted(verb, name()));
    }
    return sandbox(deadline).container(record.id(), deadline);
  }

  /**
   * Returns whether a call was made before. Keepers repeat calls whose answer they have not got,
   * and make no others that the state does not allow.
   */
  private boolean isRepeated(State reached) {
    return record.keeper() != null && state == reached;
  }

  private boolean hasRun() {
    Exit exit = record.exit();
    return isRepeated(State.RUNNING)
        || (isRepeated(State.STOPPED) && exit != null && exit.reason().isEmpty());
  }

  /** Starts it: CREATED to RUNNING. */
  public synchronized void start(Deadline deadline) {
    if (hasRun()) {
      return;
    }
    Container container = container("start", deadline);
    if (state != State.CREATED) {
      throw new SandboxException(
          Reason.WRONG_STATE, "cannot start container %s: it runs".formatted(name()));
    }
    container.start(deadline);
    state = State.RUNNING;
    closeInput(container);
    changed();
  }

  /**
   * Makes its guest's network like that of the network namespace that its engine has made.
   *
   * @param network takes the path of that namespace
   */
  public synchronized void connect(Function<Path, SandboxNetwork> network, Deadline deadline) {
    ContainerRecord.Engine engine = record.engine();
    if (state == State.STOPPED || engine == null) {
      throw new SandboxException(
          Reason.WRONG_STATE,
          "cannot connect container %s: %s"
              .formatted(name(), engine == null ? "it has no engine" : "it has stopped"));
    }
    sandbox(deadline).connect(network.apply(engine.networkNamespace()), deadline);
  }

  /** Freezes all of its processes: RUNNING to PAUSED. */
  public synchronized void pause(Deadline deadline) {
    if (isRepeated(State.PAUSED)) {
      return;
    }
    require(State.RUNNING, "pause");
    container("pause", deadline).pause(deadline);
    state = State.PAUSED;
    changed();
  }

  /** Lets its processes go on: PAUSED to RUNNING. */
  public synchronized void resume(Deadline deadline) {
    if (isRepeated(State.RUNNING)) {
      return;
    }
    require(State.PAUSED, "resume");
    container("resume", deadline).resume(deadline);
    state = State.RUNNING;
    changed();
  }

  private void require(State wanted, String verb) {
    if (state != wanted) {
      throw new SandboxException(
          Reason.WRONG_STATE,
          "cannot %s container %s: it is %s and must be %s".formatted(verb, name(), state, wanted));
    }
  }

  /**
   * Stops it: SIGTERM, after {@code grace} SIGKILL. Returns when its exit status is recorded; at
   * once if it has stopped before.
   */
  public void stop(Duration grace, Deadline deadline) {
    try {
      if (state == State.PAUSED) {
        resume(deadline); // a frozen process cannot end by itself
      }
      if (state == State.CREATED) {
        signal(SIGKILL, true, deadline);
      } else if (state == State.RUNNING) {
        container("stop", deadline).stop(grace, deadline);
      }
    } catch (SandboxException e) {
      if (!ENDING.contains(e.reason())) {
        throw e;
      }
    }
    deadline.await(ended, "the end of container " + name());
  }

  /** Sends a signal to its first process, or to all of its processes. */
  public void signal(int signal, boolean all, Deadline deadline) {
    Container container = container("signal", deadline);
    if (all) {
      container.kill(signal, deadline);
    } else {
      container.process().signal(signal, deadline);
    }
  }

  /** Returns a part of an output. */
  public OutputPart read(boolean error, long position) {
    try {
      return (error ? stderr : stdout).log().read(position);
    } catch (IOException e) {
      throw new UncheckedIOException(
          "cannot read the output of container %s: %s".formatted(name(), ErrorText.of(e)), e);
    }
  }

  /**
   * Starts another process in it, for an engine.
   *
   * @param execId its id; a process with this id is not started again. Empty = an id is chosen
   * @param process the process
   * @param by the process that stands for the new one; if it ends first, the new one is killed
   * @return the id of the process, and the agent's ports
   */
  public ExecStarted exec(
      String execId, OciProcess process, ProcessIdentity by, Deadline deadline) {
    Container in = container("exec in", deadline);
    ContainerProcess started = EngineExec.start(keeping, in, execId, process, by, deadline);
    return new ExecStarted(started.id(), ports(deadline));
  }

  /** Returns what it uses. */
  public ContainerStats stats(Deadline deadline) {
    return container("measure", deadline).stats(deadline);
  }

  /**
   * Changes its limits.
   *
   * @param size of the VM that the limits need; 0 = as it is. The VM grows if it is smaller
   */
  public synchronized void update(ResourceLimits limits, Sizing size, Deadline deadline) {
    Container container = container("update", deadline);
    LimitChange.makeRoom(keeping.runtime(), sandbox(deadline), size, deadline);
    container.update(limits, deadline);
  }

  /** Returns the sockets of the agent's ports, for an engine; none if the VM has ended. */
  public List<Path> ports(Deadline deadline) {
    boolean none = state == State.STOPPED || record.engine() == null;
    SandboxVm vm = none ? null : sandbox(deadline).status(deadline).vm();
    return vm == null ? List.of() : vm.agentPorts();
  }

  /**
   * Removes it with its VM, output and record.
   *
   * @param force whether it is ended if it has not stopped
   */
  public synchronized void delete(boolean force, Deadline deadline) {
    if (removed) {
      return;
    }
    if (state != State.STOPPED && !force) {
      throw new SandboxException(
          Reason.WRONG_STATE,
          "cannot remove container %s: it has not stopped; stop it first, or use force"
              .formatted(name()));
    }
    try {
      sandbox(deadline).delete(deadline);
    } catch (SandboxException e) {
      if (e.reason() != Reason.NOT_FOUND) {
        throw e;
      }
    }
    forget("it was removed");
  }

  private synchronized void onEnd(@Nullable Integer status, @Nullable Throwable failure) {
    if (removed) {
      return;
    }
    try {
      if (status == null && !reconnected(Deadline.after(LIMIT))) {
        finish(new Exit(KILLED, now(), String.valueOf(ErrorText.of(cause(failure)))));
      } else if (status != null) {
        awaitOutput();
        finish(new Exit(status, now(), ""));
      }
    } catch (RuntimeException e) {
      log.error("container {}: its end cannot be recorded", name(), e);
    }
  }

  private static Throwable cause(@Nullable Throwable failure) {
    Throwable known = failure == null ? new IllegalStateException("no exit status") : failure;
    return known.getCause() == null ? known : known.getCause();
  }

  /** Looks for the container again, if its VM lives. Returns whether it is followed again. */
  private boolean reconnected(Deadline deadline) {
    try {
      Sandbox again = keeping.runtime().fetch(record.sandbox(), deadline);
      SandboxStatus.State now = again.status(deadline).state();
      boolean lives = now == SandboxStatus.State.RUNNING || now == SandboxStatus.State.PAUSED;
      if (!lives || reconnections++ == MOST_RECONNECTIONS) {
        return false;
      }
      follow(again, deadline);
      return true;
    } catch (SandboxException | DeadlineExceededException e) {
      log.warn("container {}: {}", name(), ErrorText.of(e));
      return false;
    }
  }

  /** A process that the container left behind may hold its output open, so the wait is short. */
  private void awaitOutput() {
    try {
      Deadline.after(LAST_OUTPUT)
          .await(CompletableFuture.allOf(stdout.ended(), stderr.ended()), "the rest of the output");
    } catch (DeadlineExceededException e) {
      log.info("container {}: its output is still open", name());
    }
  }

  /** Records the end first, then ends the VM: a service that is killed in between finds both. */
  private void finish(Exit exit) {
    if (!keeping.journal().exists(record)) {
      forget("its sandbox was removed");
      return;
    }
    record = record.with(exit);
    keeping.journal().write(record);
    if (record.engine() == null || !exit.reason().isEmpty()) {
      endVm();
    } else {
      // The stand-in reads the rest of the output from the guest first.
      var unused = standIn.thenRunAsync(this::endVm, keeping.ends());
    }
    state = State.STOPPED;
    ended.complete(exit);
    changed();
  }

  private void endVm() {
    if (removed) {
      return;
    }
    try {
      sandbox(Deadline.after(LIMIT)).stop(Deadline.after(LIMIT));
    } catch (RuntimeException e) {
      log.warn("container {}: its VM ends with its lease: {}", name(), ErrorText.of(e));
    }
  }

  private void forget(String why) {
    removed = true;
    Exit known = record.exit();
    Exit exit = known == null ? new Exit(KILLED, now(), why) : known;
    record = record.with(exit);
    state = State.STOPPED;
    keeping.removed().accept(this);
    ended.complete(exit);
    changed();
  }

  private String now() {
    return keeping.clock().now().toString();
  }
}
