package io.vmfactory.client.sandbox;

import io.vmfactory.client.sandbox.SandboxException.Reason;
import io.vmfactory.client.sandbox.state.SandboxRecord;
import io.vmfactory.client.sandbox.state.SandboxRecord.ContainerEntry;
import io.vmfactory.client.sandbox.state.SandboxRecord.State;
import io.vmfactory.configs.time.Deadline;
import io.vmfactory.guest.ContainerInfo;
import io.vmfactory.guest.ContainerRequest;
import io.vmfactory.guest.GuestException;
import io.vmfactory.guest.oci.OciProcess;
import io.vmfactory.linux.PathLock;
import io.vmfactory.vmm.VmId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;

/** The containers of one sandbox: creation, deletion, lookup, and pausing all of them. */
final class SandboxContainers {
  private static final Duration UNDO_LIMIT = Duration.ofSeconds(30);

  private final SandboxStateLock state;
  private final SandboxConnection connection;
  private final Map<String, ContainerHandle> handles = new ConcurrentHashMap<>();

  /** What a clone began with, until this object has listed or changed it. */
  private final AtomicReference<List<ClonedContainer>> first = new AtomicReference<>(List.of());

  /** Containers of a clone whose program can be chosen. */
  private final Map<String, ContainerShape> waiting = new ConcurrentHashMap<>();

  SandboxContainers(SandboxStateLock state, SandboxConnection connection) {
    this.state = state;
    this.connection = connection;
  }

  SandboxStateLock state() {
    return state;
  }

  /** Returns the connection to the guest. */
  GuestConnection connection(Deadline deadline) {
    return connection.get(deadline);
  }

  /**
   * A clone has just been started, with these containers: the guest need not be asked for them.
   *
   * @param cloned none = not known
   */
  void began(List<ClonedContainer> cloned) {
    for (ClonedContainer one : cloned) {
      handles.put(one.id(), new ContainerHandle(this, one.id(), one.created()));
      ContainerShape shape = one.shape();
      if (shape != null) {
        waiting.put(one.id(), shape);
      }
    }
    first.set(cloned);
  }

  /** Returns all containers, in the order of their creation. */
  List<Container> list(Deadline deadline) {
    List<ClonedContainer> known = first.getAndSet(List.of());
    if (!known.isEmpty()) {
      return known.stream().<Container>map(container -> handle(container.id())).toList();
    }
    return infos(deadline).stream().<Container>map(info -> handle(info.id())).toList();
  }

  /** Returns the container of an id. */
  Container find(String containerId, Deadline deadline) {
    ContainerHandle container = handle(containerId);
    container.status(deadline);
    return container;
  }

  private ContainerHandle handle(String containerId) {
    return handles.computeIfAbsent(containerId, it -> new ContainerHandle(this, it, null));
  }

  /** Returns the containers of a clone whose program can be chosen. */
  List<WaitingContainer> waiting() {
    return waiting.entrySet().stream()
        .map(entry -> new WaitingContainer(entry.getKey(), entry.getValue()))
        .toList();
  }

  /** Gives a container another id and another program. */
  Container reuse(String containerId, String as, OciProcess program, Deadline deadline) {
    String name = SandboxIds.require(as);
    first.set(List.of());
    try (PathLock lock = state.lock(deadline)) {
      SandboxRecord before = state.record();
      state.require(before, "use container " + containerId, State.RUNNING);
      connection
          .get(deadline)
          .ask(
              agent -> {
                agent.containers().reuse(containerId, name, program, deadline);
                return true;
              });
      state.write(before.renamed(containerId, name));
      waiting.remove(containerId);
      handles.remove(containerId);
      return handle(name);
    }
  }

  /** Forgets the handles of all containers. */
  void clear() {
    first.set(List.of());
    waiting.clear();
    handles.clear();
  }

  /** Creates a container. */
  Container create(ContainerSpec spec, Deadline deadline) {
    String name = spec.id().isEmpty() ? VmId.random().shortened() : SandboxIds.require(spec.id());
    first.set(List.of());
    try (PathLock lock = state.lock(deadline)) {
      SandboxRecord before = state.record();
      state.require(before, "create container " + name, State.RUNNING);
      GuestConnection now = connection.get(deadline);
      if (before.containers().stream().anyMatch(it -> it.id().equals(name))) {
        throw new SandboxException(
            Reason.ALREADY_EXISTS,
            "sandbox %s already has a container %s".formatted(state.id(), name));
      }
      if (Boolean.TRUE.equals(spec.sharedPids()) && !before.wish().sharedPids()) {
        throw new SandboxException(
            Reason.INVALID,
            "container %s cannot share PIDs: sandbox %s was made without a PID namespace to share"
                .formatted(name, state.id()));
      }
      ContainerCreation making = new ContainerCreation(name, spec, now.machine());
      making.attach(deadline);
      ContainerEntry entry = new ContainerEntry(name, making.driveIds(), making.writable());
      try {
        state.write(before.with(entry));
        createInGuest(now, making, before, deadline);
      } catch (RuntimeException e) {
        making.undo(now.agent().containers(), e);
        state.write(before);
        throw e;
      }
      return handle(name);
    }
  }

  private static void createInGuest(
      GuestConnection now, ContainerCreation making, SandboxRecord record, Deadline deadline) {
    ContainerRequest request = making.request(record.wish().sharedPids());
    try {
      now.agent().containers().create(request, deadline);
    } catch (GuestException e) {
      throw e.code() == GuestException.UNAVAILABLE ? now.failure(e) : SandboxFailures.ofCommand(e);
    }
  }

  /** Deletes a container and frees its drives. */
  void delete(String name, Deadline deadline) {
    first.set(List.of());
    try (PathLock lock = state.lock(deadline)) {
      SandboxRecord before = state.record();
      state.requireVm(before, "delete container " + name);
      GuestConnection now = connection.get(deadline);
      List<String> drives =
          before.containers().stream()
              .filter(it -> it.id().equals(name))
              .flatMap(it -> it.drives().stream())
              .toList();
      removeFromGuest(now, name, !drives.isEmpty(), deadline);
      detach(now, drives, deadline);
      state.write(before.without(name));
      handles.remove(name);
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
      throw SandboxFailures.ofDevice(e);
    }
  }

  /** Pauses all running containers. On failure, pauses none. */
  void freeze(Deadline deadline) {
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
      container.thaw(Deadline.after(UNDO_LIMIT));
    } catch (RuntimeException e) {
      failure.addSuppressed(e);
    }
  }

  /** Resumes all paused containers. */
  void thaw(Deadline deadline) {
    in(ContainerInfo.State.PAUSED, deadline).forEach(container -> container.thaw(deadline));
  }

  private List<ContainerHandle> in(ContainerInfo.State state, Deadline deadline) {
    return infos(deadline).stream()
        .filter(info -> info.state() == state)
        .map(info -> handle(info.id()))
        .toList();
  }

  /** Returns what the guest reports about its containers. */
  List<ContainerInfo> infos(Deadline deadline) {
    return connection.get(deadline).ask(agent -> agent.containers().list(deadline));
  }

  SandboxException noContainer(String name) {
    return new SandboxException(
        Reason.NOT_FOUND, "sandbox %s has no container %s".formatted(state.id(), name));
  }
}
