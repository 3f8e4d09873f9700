package io.vmfactory.runtime.containers;

import io.vmfactory.client.FactoryClient;
import io.vmfactory.client.sandbox.RuntimeSettings;
import io.vmfactory.client.sandbox.SandboxException;
import io.vmfactory.client.sandbox.SandboxException.Reason;
import io.vmfactory.client.sandbox.SandboxRuntime;
import io.vmfactory.client.sandbox.state.SandboxStore;
import io.vmfactory.configs.time.Deadline;
import io.vmfactory.configs.time.WallClock;
import io.vmfactory.linux.Processes;
import io.vmfactory.runtime.folders.FolderWatch;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * All containers of the service, by name. One service at a time may use a sandbox_dir. Closing it
 * leaves the containers running; the next service on the same sandbox_dir takes them over.
 */
public final class Containers implements AutoCloseable {
  /** Threads that copy output. A task of theirs takes as long as writing 256 KiB to a file. */
  private static final int PUMPS = 2;

  /** Threads that end VMs and take containers over, each of which waits for its VM. */
  private static final int ENDS = 8;

  private static final Duration TAKEOVER_LIMIT = Duration.ofMinutes(2);

  private final Map<ContainerName, CompletableFuture<KeptContainer>> all =
      new ConcurrentSkipListMap<>();
  private final ExecutorService pumps = threads("output", PUMPS);
  private final ExecutorService ends = threads("end", ENDS);
  private final Processes processes = new Processes();
  private final FolderWatch folders = new FolderWatch(ends);
  private final SandboxRuntime runtime;
  private final Keeping keeping;

  private final ScheduledExecutorService timer =
      Executors.newScheduledThreadPool(1, named("leases"));
  private final FactoryClient factory;

  private Containers(RuntimeSettings settings, SandboxRuntime runtime, WallClock clock) {
    SandboxStore store = new SandboxStore(settings.runtime().sandboxDir());
    this.runtime = runtime;
    this.factory = FactoryClient.open(settings.runtime().factorySocket());
    this.keeping =
        new Keeping(
            runtime,
            new ContainerJournal(store),
            pumps,
            ends,
            processes,
            clock,
            container -> all.remove(container.name()),
            new Keeping.Leases(factory, new LeaseWatch(clock, this::later)));
  }

  /** Runs a task that may block after a time, unless the service ends before. */
  private void later(Duration in, Runnable task) {
    try {
      var unused = timer.schedule(() -> ends.execute(task), in.toMillis(), TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException e) {
      // closed: the next service looks
    }
  }

  private static ExecutorService threads(String name, int count) {
    return Executors.newFixedThreadPool(count, named(name));
  }

  private static ThreadFactory named(String name) {
    AtomicInteger next = new AtomicInteger();
    return task -> {
      Thread thread = new Thread(task, name + "-" + next.getAndIncrement());
      thread.setDaemon(true);
      return thread;
    };
  }

  /** Opens the containers of a host. Takes over those of an earlier service. */
  public static Containers open(RuntimeSettings settings) {
    SandboxRuntime runtime = SandboxRuntime.keeping(settings);
    Containers containers = new Containers(settings, runtime, WallClock.system());
    try {
      containers.takeOver();
      return containers;
    } catch (RuntimeException e) {
      containers.close();
      throw e;
    }
  }

  private void takeOver() {
    List<ContainerRecord> found = keeping.journal().all();
    Deadline deadline = Deadline.after(TAKEOVER_LIMIT);
    take(found.stream().filter(it -> !it.sharesVm()).toList(), deadline);
    take(found.stream().filter(ContainerRecord::sharesVm).toList(), deadline);
    list()
        .forEach(KeptContainer::watchKeeper); // not before: it may remove a sandbox with all in it
  }

  private void take(List<ContainerRecord> records, Deadline deadline) {
    CompletableFuture<?>[] parts =
        records.stream()
            .map(record -> CompletableFuture.runAsync(() -> take(record), ends))
            .toArray(CompletableFuture<?>[]::new);
    deadline.await(CompletableFuture.allOf(parts), "the containers of an earlier service");
  }

  private void take(ContainerRecord record) {
    Takeover takeover = new Takeover(keeping);
    String host = record.host();
    CompletableFuture<KeptContainer> owner =
        host == null ? null : all.get(new ContainerName(record.namespace(), host));
    (owner == null ? takeover.run(record) : takeover.run(record, () -> owner.join().sandbox()))
        .ifPresent(this::put);
  }

  /** A container whose client has ended may be removed before it is in the map. */
  private void put(KeptContainer container) {
    all.put(container.name(), CompletableFuture.completedFuture(container));
    ContainerFolders.follow(folders, container);
    if (container.isRemoved()) {
      all.remove(container.name());
    }
  }

  /**
   * Makes a container, in a VM of its own or in that of its host. The same request again returns
   * the same container.
   *
   * @throws SandboxException ALREADY_EXISTS if another request has made one of that name; NOT_FOUND
   *     if its host does not exist
   */
  public KeptContainer create(NewContainer wanted, Deadline deadline) {
    CompletableFuture<KeptContainer> mine = new CompletableFuture<>();
    CompletableFuture<KeptContainer> earlier = all.putIfAbsent(wanted.name(), mine);
    if (earlier != null) {
      return repeated(wanted, deadline.await(earlier, "container " + wanted.name()));
    }
    try {
      KeptContainer made = make(wanted, deadline);
      mine.complete(made);
      made.watchKeeper();
      ContainerFolders.follow(folders, made);
      return made;
    } catch (RuntimeException | Error e) {
      all.remove(wanted.name(), mine);
      mine.completeExceptionally(e);
      throw e;
    }
  }

  private KeptContainer make(NewContainer wanted, Deadline deadline) {
    ContainerMaker maker = new ContainerMaker(keeping);
    String host = wanted.host();
    if (host == null) {
      return maker.make(wanted, deadline);
    }
    KeptContainer owner = get(new ContainerName(wanted.name().namespace(), host));
    return maker.makeIn(owner.sandbox(), wanted, deadline);
  }

  private static KeptContainer repeated(NewContainer wanted, KeptContainer found) {
    if (!found.view().record().isMadeBy(wanted.requestId())) {
      throw new SandboxException(
          Reason.ALREADY_EXISTS,
          "container %s already exists; remove it, or use another name".formatted(wanted.name()));
    }
    return found;
  }

  /**
   * Returns a container.
   *
   * @throws SandboxException NOT_FOUND, also while it is being made
   */
  public KeptContainer get(ContainerName name) {
    CompletableFuture<KeptContainer> found = all.get(name);
    if (found == null || !found.isDone() || found.isCompletedExceptionally()) {
      throw new SandboxException(Reason.NOT_FOUND, "there is no container " + name);
    }
    return found.join();
  }

  /**
   * Returns the id of the container that owns the VM in which the container of a namespace runs
   * that a process of this host stands for. Empty if the process stands for none that runs.
   */
  public Optional<String> hostOf(String namespace, int process) {
    return list().stream()
        .filter(it -> it.name().namespace().equals(namespace) && it.isStoodForBy(process))
        .map(it -> it.view().record().owner())
        .findFirst();
  }

  /**
   * Returns the container in a sandbox.
   *
   * @throws SandboxException NOT_FOUND if this service keeps none there
   */
  public KeptContainer in(String sandbox) {
    return list().stream()
        .filter(container -> container.view().record().sandbox().equals(sandbox))
        .findFirst()
        .orElseThrow(
            () ->
                new SandboxException(
                    Reason.NOT_FOUND, "this service keeps no container in sandbox " + sandbox));
  }

  /** Returns all containers that are made, sorted by name. */
  public List<KeptContainer> list() {
    return all.values().stream()
        .filter(made -> made.isDone() && !made.isCompletedExceptionally())
        .map(CompletableFuture::join)
        .toList();
  }

  /** Stops following the containers, which run on. */
  @Override
  public void close() {
    folders.close();
    timer.shutdownNow();
    ends.shutdownNow(); // before the connections: a connection that ends now is not the end of a
    // container
    runtime.close();
    factory.close();
    pumps.shutdownNow();
    processes.close();
  }
}
