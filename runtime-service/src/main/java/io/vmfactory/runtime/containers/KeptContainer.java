package io.vmfactory.runtime.containers;

import io.vmfactory.client.machine.SuspendedMachine;
import io.vmfactory.client.sandbox.Container;
import io.vmfactory.client.sandbox.Sandbox;
import io.vmfactory.client.sandbox.SandboxException;
import io.vmfactory.client.sandbox.SandboxException.Reason;
import io.vmfactory.client.sandbox.SandboxNetwork;
import io.vmfactory.client.sandbox.SandboxStatus;
import io.vmfactory.configs.ErrorText;
import io.vmfactory.configs.time.Deadline;
import io.vmfactory.configs.time.DeadlineExceededException;
import io.vmfactory.guest.ContainerStats;
import io.vmfactory.guest.oci.OciProcess;
import io.vmfactory.guest.oci.ResourceLimits;
import io.vmfactory.linux.ProcessIdentity;
import io.vmfactory.runtime.containers.ContainerRecord.Exit;
import io.vmfactory.runtime.containers.ContainerView.State;
import io.vmfactory.vmm.Sizing;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One container, from the end of its creation to its removal. When its first process ends, its exit
 * status is recorded and its VM is ended, unless it shares another container's VM. Thread-safe.
 */
public final class KeptContainer {
  private static final Logger log = LoggerFactory.getLogger(KeptContainer.class);
  private static final int SIGKILL = 9;
  private static final int KILLED = 128 + SIGKILL;

  /** How calls fail while a container ends by itself. */
  private static final Set<Reason> ENDING =
      Set.of(Reason.WRONG_STATE, Reason.NOT_FOUND, Reason.LOST);

  private static final Duration LIMIT = Duration.ofSeconds(30);

  /** How often a container is looked for again after the connection to its guest has broken. */
  private static final int MOST_RECONNECTIONS = 5;

  private final Keeping keeping;
  private final ContainerOutput output;
  private final Watchers watchers = new Watchers();
  private final CompletableFuture<Exit> ended = new CompletableFuture<>();
  private volatile ContainerRecord record;
  private volatile State state;
  private final ContainerSandbox sandbox;
  private CompletableFuture<Void> standIn = CompletableFuture.completedFuture(null);
  private volatile @Nullable Sandbox unreached;
  private int reconnections;
  private int followed;
  private volatile boolean removed;

  private KeptContainer(Keeping keeping, ContainerRecord record, State state) {
    this.keeping = keeping;
    this.record = record;
    this.state = state;
    this.sandbox = new ContainerSandbox(keeping, record);
    this.output = new ContainerOutput(keeping, record, watchers::run);
  }

  /** Returns a container that has ended before. */
  static KeptContainer ended(Keeping keeping, ContainerRecord record, Exit exit) {
    KeptContainer container = new KeptContainer(keeping, record, State.STOPPED);
    container.ended.complete(exit);
    return container;
  }

  /** Returns a container whose VM is on disk. */
  static KeptContainer suspended(Keeping keeping, ContainerRecord record) {
    KeptContainer container = new KeptContainer(keeping, record, State.SUSPENDED);
    keeping.leases().watch().begin(container::checkLease);
    return container;
  }

  /** Follows a container in {@code sandbox}; {@code made} is its handle if it is a new one. */
  static KeptContainer following(
      Keeping keeping,
      ContainerRecord record,
      Sandbox sandbox,
      @Nullable Container made,
      Deadline deadline) {
    KeptContainer container = new KeptContainer(keeping, record, State.CREATED);
    container.follow(sandbox, made, deadline);
    return container;
  }

  /**
   * Returns a container whose guest does not answer now, such as that of a VM that is paused. It is
   * followed from its next call on.
   */
  static KeptContainer unreached(Keeping keeping, ContainerRecord record, Sandbox sandbox) {
    KeptContainer container = new KeptContainer(keeping, record, State.PAUSED);
    container.unreached = sandbox;
    return container;
  }

  private synchronized void reach(Deadline deadline) {
    Sandbox waiting = unreached;
    if (waiting != null && state != State.STOPPED) {
      follow(waiting, null, deadline);
      unreached = null;
      watchers.run();
    }
  }

  private void follow(Sandbox in, @Nullable Container made, Deadline deadline) {
    sandbox.use(in, deadline);
    Container container = made == null ? in.container(record.id(), deadline) : made;
    state = made == null ? State.of(container, deadline) : State.CREATED;
    if (state != State.CREATED) {
      output.closeInput(container.process()); // the service may have been killed before it did
    }
    if (record.engine() == null) {
      output.start(container.process());
    } else {
      EngineExec.of(keeping, record).takeOver(container);
      standIn = StandIn.watch(keeping, record.engine().standIn());
      var unusedWatch = standIn.thenRunAsync(() -> StandIn.ended(this), keeping.ends());
    }
    int mine = ++followed;
    var unused =
        container
            .process()
            .exited()
            .whenCompleteAsync((status, failure) -> onEnd(mine, status, failure), keeping.ends());
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

  /** Returns its name. */
  public ContainerName name() {
    return record.name();
  }

  /** Returns it as it is now. */
  public ContainerView view() {
    State now = state;
    boolean over = now == State.STOPPED;
    String vm = over || now == State.SUSPENDED ? "" : sandbox.vmId();
    return new ContainerView(record, now, vm, output.end(false, over), output.end(true, over));
  }

  /** Returns whether it belongs to a command in the foreground, and is removed with it. */
  public boolean isForeground() {
    return record.client().isPresent();
  }

  /** Returns whether it was removed, by this object. */
  boolean isRemoved() {
    return removed;
  }

  /** Returns the sandbox that it is in. */
  public Sandbox sandbox() {
    return sandbox.get(Deadline.after(LIMIT));
  }

  /** Returns whether a process of this host stands for it, and it has not stopped. */
  boolean isStoodForBy(int pid) {
    ContainerRecord.Engine engine = record.engine();
    return engine != null && engine.pid() == pid && state != State.STOPPED;
  }

  /** Runs {@code watcher}, which must not block, after each change until the result is run. */
  public Runnable watch(Runnable watcher) {
    return watchers.add(watcher);
  }

  private Container container(String verb, Deadline deadline) {
    rules().requireAlive(verb);
    rules().requireVm(verb);
    reach(deadline);
    return sandbox.get(deadline).container(record.id(), deadline);
  }

  private StateRules rules() {
    return new StateRules(record, state);
  }

  /** Starts it: CREATED to RUNNING. */
  public synchronized void start(Deadline deadline) {
    if (rules().hasRun()) {
      return;
    }
    Container container = container("start", deadline);
    if (state != State.CREATED) {
      throw rules().refused("start", "it runs");
    }
    Nameservers.bring(record, sandbox, deadline);
    container.start(deadline);
    state = State.RUNNING;
    output.closeInput(container.process());
    watchers.run();
  }

  /**
   * Makes its guest's network like that of the network namespace that its engine has made.
   *
   * @param network takes the path of that namespace
   */
  public synchronized void connect(Function<Path, SandboxNetwork> network, Deadline deadline) {
    ContainerRecord.Engine engine = record.engine();
    rules().requireAlive("connect");
    if (engine == null || record.sharesVm()) {
      String host = "its network is that of " + record.host();
      throw rules().refused("connect", engine == null ? "it has no engine" : host);
    }
    sandbox.get(deadline).connect(network.apply(engine.networkNamespace()), deadline);
    Nameservers.bring(record, sandbox, deadline);
  }

  /** Freezes all of its processes: RUNNING to PAUSED. */
  public synchronized void pause(Deadline deadline) {
    reach(deadline);
    if (rules().isRepeated(State.PAUSED)) {
      return;
    }
    rules().require(State.RUNNING, "pause");
    container("pause", deadline).pause(deadline);
    state = State.PAUSED;
    watchers.run();
  }

  /** Lets its processes go on: PAUSED to RUNNING. */
  public synchronized void resume(Deadline deadline) {
    reach(deadline);
    if (rules().isRepeated(State.RUNNING)) {
      return;
    }
    rules().require(State.PAUSED, "resume");
    container("resume", deadline).resume(deadline);
    state = State.RUNNING;
    watchers.run();
  }

  /**
   * Stores its VM on disk: SUSPENDED. A container of a command in the foreground is let go: its
   * sandbox belongs to no process any more.
   *
   * @param ttl how long it may stay so; null for the daemon's default
   */
  public synchronized SuspendedMachine suspend(@Nullable Duration ttl, Deadline deadline) {
    rules().requireVm("suspend");
    SuspendedMachine done = new Suspension(keeping, record).store(state, ttl, deadline);
    followed++;
    sandbox.disconnect();
    if (isForeground()) {
      forget("its VM was suspended");
    } else {
      rest();
    }
    return done;
  }

  private void rest() {
    state = State.SUSPENDED;
    unreached = null;
    keeping.leases().watch().begin(this::checkLease);
    watchers.run();
  }

  /** Ends it if its VM on disk is gone: SUSPENDED to STOPPED. Returns when its lease ends. */
  private synchronized Optional<Instant> checkLease(Deadline deadline) {
    if (state != State.SUSPENDED) {
      return Optional.empty();
    }
    Optional<Instant> end = new Suspension(keeping, record).leaseEnd(deadline);
    if (end.isEmpty()) {
      leaseHasEnded();
    }
    return end;
  }

  private void leaseHasEnded() {
    finish(new Exit(KILLED, now(), "its VM on disk is gone: its lease has ended"));
  }

  /**
   * Makes its VM again, and follows it: SUSPENDED to the state before. Lets a VM go on that is
   * paused.
   *
   * @param ttl duration of its lease from now on; null for the one that it had
   */
  public synchronized void wake(@Nullable Duration ttl, Deadline deadline) {
    try {
      keeping.runtime().resumeVm(record.sandbox(), ttl, deadline);
    } catch (SandboxException e) {
      if (e.reason() == Reason.LOST && state == State.SUSPENDED) {
        leaseHasEnded();
      }
      throw e;
    }
    if (state == State.SUSPENDED) {
      unreached = keeping.runtime().takeOver(record.sandbox(), deadline);
    }
    reach(deadline);
  }

  /** Stops it: SIGTERM, after {@code grace} SIGKILL. Returns when its exit status is recorded. */
  public void stop(Duration grace, Deadline deadline) {
    rules().requireVm("stop");
    try {
      reach(deadline);
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

  /**
   * Sends a signal to its first process, or to all of its processes.
   *
   * @throws SandboxException LOST if its VM is gone. Its end has been recorded then: an engine asks
   *     for the state next, and would take a container that seems to run for one that cannot be
   *     killed
   */
  public void signal(int signal, boolean all, Deadline deadline) {
    try {
      Container container = container("signal", deadline);
      if (all) {
        container.kill(signal, deadline);
      } else {
        container.process().signal(signal, deadline);
      }
    } catch (SandboxException e) {
      if (e.reason() == Reason.LOST) {
        deadline.min(LIMIT).await(ended, "the end of container " + name());
      }
      throw e;
    }
  }

  /** Returns a part of an output. */
  public OutputPart read(boolean error, long position) {
    return output.read(error, position);
  }

  /**
   * Starts another process in it, for an engine.
   *
   * @param execId its id; a process with this id is not started again. Empty = an id is chosen
   * @param wanted the process
   * @param by the process that stands for the new one; if it ends first, the new one is killed
   * @return the id of the process, and the agent's ports
   */
  public ExecStarted exec(
      String execId, ExecutedProcess wanted, ProcessIdentity by, Deadline deadline) {
    Container in = container("exec in", deadline);
    OciProcess process = wanted.in(in, deadline);
    var started = EngineExec.of(keeping, record).start(in, execId, process, by, deadline);
    return new ExecStarted(started.id(), process.terminal(), ports(deadline));
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
    LimitChange.makeRoom(keeping.runtime(), sandbox.get(deadline), size, deadline);
    container.update(limits, deadline);
  }

  /** Returns the sockets of the agent's ports, for an engine; none if the VM has ended. */
  public List<Path> ports(Deadline deadline) {
    boolean none = state == State.STOPPED || state == State.SUSPENDED || record.engine() == null;
    return none ? List.of() : sandbox.ports(deadline);
  }

  /**
   * Removes it with its output and record, and with its VM if that is its own.
   *
   * @param force whether it is ended if it has not stopped
   */
  public synchronized void delete(boolean force, Deadline deadline) {
    if (removed) {
      return;
    }
    if (state != State.STOPPED && !force) {
      throw rules().refused("remove", "it has not stopped; stop it first, or use force");
    }
    ContainerEnd.remove(keeping, record, () -> sandbox.get(deadline), deadline);
    forget("it was removed");
  }

  private synchronized void onEnd(
      int following, @Nullable Integer status, @Nullable Throwable failure) {
    if (removed || following != followed) {
      return; // of a VM that was suspended since: the guest keeps the exit status
    }
    try {
      if (status == null && !reconnected(Deadline.after(LIMIT))) {
        finish(new Exit(KILLED, now(), failure == null ? "no exit status" : ErrorText.of(failure)));
      } else if (status != null) {
        output.awaitRest();
        finish(new Exit(status, now(), ""));
      }
    } catch (RuntimeException e) {
      log.error("container {}: its end cannot be recorded", name(), e);
    }
  }

  /** Looks for the container again, if its VM lives. Returns whether it is followed again. */
  private boolean reconnected(Deadline deadline) {
    try {
      Sandbox again = keeping.runtime().fetch(record.sandbox(), deadline);
      SandboxStatus.State now = again.status(deadline).state();
      if (new Suspension(keeping, record).isOnDisk(again.status(deadline), deadline)) {
        sandbox.disconnect();
        rest();
        return true;
      }
      boolean lives = now == SandboxStatus.State.RUNNING || now == SandboxStatus.State.PAUSED;
      if (!lives || reconnections++ == MOST_RECONNECTIONS) {
        return false;
      }
      follow(again, null, deadline);
      return true;
    } catch (SandboxException | DeadlineExceededException e) {
      log.warn("container {}: {}", name(), ErrorText.of(e));
      return false;
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
    watchers.run();
  }

  private void endVm() {
    if (!removed) {
      ContainerEnd.endVm(record, this::sandbox);
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
    watchers.run();
  }

  private String now() {
    return keeping.clock().now().toString();
  }
}
