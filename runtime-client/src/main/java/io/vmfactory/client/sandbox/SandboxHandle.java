package io.vmfactory.client.sandbox;

import io.vmfactory.client.machine.Machine;
import io.vmfactory.client.sandbox.SandboxException.Reason;
import io.vmfactory.client.sandbox.state.SandboxRecord;
import io.vmfactory.client.sandbox.state.SandboxRecord.ContainerEntry;
import io.vmfactory.client.sandbox.state.SandboxRecord.State;
import io.vmfactory.client.sandbox.state.SandboxRecord.VmEntry;
import io.vmfactory.configs.time.Deadline;
import io.vmfactory.configs.time.DeadlineExceededException;
import io.vmfactory.configs.time.Uninterrupted;
import io.vmfactory.guest.ContainerHost;
import io.vmfactory.guest.ContainerInfo;
import io.vmfactory.guest.ContainerRequest;
import io.vmfactory.guest.GuestException;
import io.vmfactory.linux.PathLock;
import io.vmfactory.vmm.VmId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * A sandbox, as used by one caller. Its state is on disk and in its guest. This object holds only a
 * connection, which is opened when it is first needed.
 */
final class SandboxHandle implements Sandbox {
  private static final Duration CLOSE_LIMIT = Duration.ofSeconds(30);

  private final String id;
  private final RuntimeResources resources;
  private final Map<String, ContainerHandle> containers = new ConcurrentHashMap<>();
  private final AtomicReference<@Nullable GuestConnection> link = new AtomicReference<>();
  private final CompletableFuture<String> lost = new CompletableFuture<>();
  private volatile boolean deletedOnClose;

  /**
   * @param made whether this runtime created the sandbox and therefore deletes it
   */
  SandboxHandle(String id, RuntimeResources resources, boolean made) {
    this.id = id;
    this.resources = resources;
    this.deletedOnClose = made;
  }

  @Override
  public String id() {
    return id;
  }

  @Override
  public SandboxStatus status(Deadline deadline) {
    return RecordConversion.status(record());
  }

  @Override
  public CompletionStage<String> lost() {
    return lost.minimalCompletionStage();
  }

  @Override
  public SandboxStatus start(Deadline deadline) {
    try (PathLock lock = lock(deadline)) {
      SandboxRecord before = record();
      require(before, "start", State.CREATED, State.STOPPED);
      SandboxRecord started = new SandboxStart(resources, before).run(this::use, deadline);
      deletedOnClose = true;
      return RecordConversion.status(started);
    }
  }

  /** Replaces the connection. */
  private void use(GuestConnection fresh) {
    fresh.lost().thenAccept(lost::complete);
    GuestConnection old = link.getAndSet(fresh);
    if (old != null) {
      old.close();
    }
  }

  @Override
  public void stop(Deadline deadline) {
    try (PathLock lock = lock(deadline)) {
      SandboxRecord before = record();
      require(before, "stop", State.RUNNING, State.PAUSED);
      flush(before, deadline);
      end(before, deadline);
      resources.store().write(before.stopped());
    }
  }

  /** Flushes the guest's writes to files of the host, before the VM ends. */
  private void flush(SandboxRecord record, Deadline deadline) {
    boolean writes = record.containers().stream().anyMatch(ContainerEntry::writable);
    if (writes && !RecordConversion.lost(record.vm())) {
      GuestConnection now = link(deadline);
      now.ask(
          agent -> {
            agent.sandbox().destroy(deadline);
            return true;
          });
    }
  }

  private void end(SandboxRecord record, Deadline deadline) {
    disconnect();
    VmEntry vm = record.vm();
    if (vm != null) {
      Machine machine = resources.machine(id, vm);
      machine.end(deadline);
      resources.forget(id);
    }
  }

  private void disconnect() {
    containers.clear();
    GuestConnection old = link.getAndSet(null);
    if (old != null) {
      old.close();
    }
  }

  @Override
  public void delete(Deadline deadline) {
    try (PathLock lock = tryLock(deadline).orElse(null)) {
      if (lock != null) {
        SandboxRecord before = record();
        try {
          flush(before, deadline);
        } catch (SandboxException | DeadlineExceededException e) {
          resources.warn(id, "the last writes of its containers may be lost", e);
        }
        end(before, deadline);
        resources.store().remove(id);
      }
    }
    resources.forget(id);
    deletedOnClose = false;
  }

  @Override
  public void pause(Deadline deadline) {
    try (PathLock lock = lock(deadline)) {
      SandboxRecord before = record();
      require(before, "pause", State.RUNNING);
      freeze(deadline);
      resources.store().write(before.with(State.PAUSED));
    }
  }

  /** Pauses all containers. On failure, pauses none. */
  private void freeze(Deadline deadline) {
    List<ContainerHandle> frozen = new ArrayList<>();
    try {
      for (ContainerHandle container : in(ContainerInfo.State.RUNNING, deadline)) {
        container.pause(deadline);
        frozen.add(container);
      }
    } catch (RuntimeException e) {
      frozen.forEach(container -> thawAfter(e, container));
      throw e;
    }
  }

  private static void thawAfter(RuntimeException failure, ContainerHandle container) {
    try {
      container.thaw(Deadline.after(CLOSE_LIMIT));
    } catch (RuntimeException e) {
      failure.addSuppressed(e);
    }
  }

  @Override
  public void resume(Deadline deadline) {
    try (PathLock lock = lock(deadline)) {
      SandboxRecord before = record();
      require(before, "resume", State.PAUSED);
      in(ContainerInfo.State.PAUSED, deadline).forEach(container -> container.thaw(deadline));
      resources.store().write(before.with(State.RUNNING));
    }
  }

  private List<ContainerHandle> in(ContainerInfo.State state, Deadline deadline) {
    return infos(deadline).stream()
        .filter(info -> info.state() == state)
        .map(info -> handle(info.id()))
        .toList();
  }

  @Override
  public List<Container> containers(Deadline deadline) {
    return infos(deadline).stream().<Container>map(info -> handle(info.id())).toList();
  }

  @Override
  public Container container(String containerId, Deadline deadline) {
    ContainerHandle container = handle(containerId);
    container.status(deadline);
    return container;
  }

  private ContainerHandle handle(String containerId) {
    return containers.computeIfAbsent(containerId, it -> new ContainerHandle(this, it));
  }

  @Override
  public Container createContainer(ContainerSpec spec, Deadline deadline) {
    String name = spec.id().isEmpty() ? VmId.random().shortened() : SandboxIds.require(spec.id());
    try (PathLock lock = lock(deadline)) {
      SandboxRecord before = record();
      require(before, "create container " + name, State.RUNNING);
      GuestConnection now = link(deadline);
      if (before.containers().stream().anyMatch(it -> it.id().equals(name))) {
        throw new SandboxException(
            Reason.ALREADY_EXISTS, "sandbox %s already has a container %s".formatted(id, name));
      }
      ContainerCreation making = new ContainerCreation(name, spec, now.machine());
      making.attach(deadline);
      ContainerEntry entry = new ContainerEntry(name, making.driveIds(), making.writable());
      try {
        resources.store().write(before.with(entry));
        create(now, making, before, deadline);
      } catch (RuntimeException e) {
        making.undo(now.agent().containers(), e);
        resources.store().write(before);
        throw e;
      }
      return handle(name);
    }
  }

  private static void create(
      GuestConnection now, ContainerCreation making, SandboxRecord record, Deadline deadline) {
    boolean dns = !record.wish().dns().isEmpty();
    ContainerRequest request = making.request(dns, record.wish().sharedPids());
    try {
      now.agent().containers().create(request, deadline);
    } catch (GuestException e) {
      throw e.code() == GuestException.UNAVAILABLE ? now.failure(e) : SandboxFailures.ofCommand(e);
    }
  }

  void deleteContainer(String name, Deadline deadline) {
    try (PathLock lock = lock(deadline)) {
      SandboxRecord before = record();
      requireVm(before, "delete container " + name);
      GuestConnection now = link(deadline);
      List<String> drives =
          before.containers().stream()
              .filter(it -> it.id().equals(name))
              .flatMap(it -> it.drives().stream())
              .toList();
      removeFromGuest(now, name, !drives.isEmpty(), deadline);
      detach(now, drives, deadline);
      resources.store().write(before.without(name));
      containers.remove(name);
    }
  }

  /**
   * Removes a container from the guest. If the guest does not know it but it still has drives, it
   * counts as removed.
   */
  private static void removeFromGuest(
      GuestConnection now, String name, boolean hasDrives, Deadline deadline) {
    try {
      now.agent().containers().remove(name, Duration.ZERO, deadline);
    } catch (GuestException e) {
      if (e.code() != GuestException.NOT_FOUND || !hasDrives) {
        throw now.failure(e);
      }
    }
  }

  private static void detach(GuestConnection now, List<String> drives, Deadline deadline) {
    try {
      drives.forEach(drive -> now.machine().detach(drive, deadline));
    } catch (RuntimeException e) {
      throw SandboxFailures.ofDrive(e);
    }
  }

  @Override
  public ContainerHost guest(Deadline deadline) {
    return link(deadline).agent();
  }

  @Override
  public void close() {
    if (deletedOnClose) {
      Uninterrupted.run(() -> delete(Deadline.after(CLOSE_LIMIT)));
    } else {
      disconnect();
    }
    resources.handles().remove(this);
  }

  List<ContainerInfo> infos(Deadline deadline) {
    return link(deadline).ask(agent -> agent.containers().list(deadline));
  }

  SandboxException noContainer(String name) {
    return new SandboxException(
        Reason.NOT_FOUND, "sandbox %s has no container %s".formatted(id, name));
  }

  /** Returns the connection. Opens a new one if there is none that works. */
  GuestConnection link(Deadline deadline) {
    GuestConnection now = link.get();
    return now != null && !now.broken() ? now : connect(now, deadline);
  }

  private GuestConnection connect(@Nullable GuestConnection old, Deadline deadline) {
    SandboxRecord record = record();
    Machine machine = resources.machine(id, requireVm(record, "reach its guest"));
    GuestConnection fresh = open(machine, deadline);
    if (!link.compareAndSet(old, fresh)) {
      fresh.close();
      return link(deadline);
    }
    if (old != null) {
      old.close(); // broken, but it still occupies its port
    }
    fresh.lost().thenAccept(lost::complete);
    return fresh;
  }

  private GuestConnection open(Machine machine, Deadline deadline) {
    try {
      return GuestConnection.open(id, machine, deadline);
    } catch (GuestException e) {
      throw new SandboxException(
          Reason.LOST,
          "the VM of sandbox %s cannot be reached: %s".formatted(id, e.getMessage()),
          e);
    }
  }

  private SandboxRecord record() {
    return resources.store().read(id).orElseThrow(this::gone);
  }

  private PathLock lock(Deadline deadline) {
    return tryLock(deadline).orElseThrow(this::gone);
  }

  private Optional<PathLock> tryLock(Deadline deadline) {
    try {
      return resources.store().lock(id, deadline);
    } catch (DeadlineExceededException e) {
      throw new SandboxException(
          Reason.BUSY, "another process is changing sandbox %s; try again".formatted(id), e);
    }
  }

  private SandboxException gone() {
    return new SandboxException(Reason.NOT_FOUND, "there is no sandbox " + id);
  }

  void requireRunning(String what) {
    require(record(), what, State.RUNNING);
  }

  private void require(SandboxRecord record, String what, State... states) {
    if (!Set.of(states).contains(record.state())) {
      throw new SandboxException(
          Reason.WRONG_STATE,
          "cannot %s: sandbox %s is %s; it must be %s"
              .formatted(what, id, record.state(), Set.of(states)));
    }
  }

  private VmEntry requireVm(SandboxRecord record, String what) {
    VmEntry vm = record.vm();
    if (vm == null) {
      throw new SandboxException(
          Reason.WRONG_STATE,
          "cannot %s: sandbox %s is %s and has no VM".formatted(what, id, record.state()));
    }
    if (RecordConversion.lost(vm)) {
      throw new SandboxException(
          Reason.LOST,
          "the VM of sandbox %s is gone: its process %d has ended"
              .formatted(id, vm.process().pid()));
    }
    return vm;
  }
}
