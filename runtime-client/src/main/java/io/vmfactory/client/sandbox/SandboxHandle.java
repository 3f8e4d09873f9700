package io.vmfactory.client.sandbox;

import io.vmfactory.api.v1.Template;
import io.vmfactory.client.machine.Machine;
import io.vmfactory.client.sandbox.TemplateRecipe.Start;
import io.vmfactory.client.sandbox.state.SandboxRecord;
import io.vmfactory.client.sandbox.state.SandboxRecord.ContainerEntry;
import io.vmfactory.client.sandbox.state.SandboxRecord.State;
import io.vmfactory.client.sandbox.state.SandboxRecord.VmEntry;
import io.vmfactory.configs.time.Deadline;
import io.vmfactory.configs.time.DeadlineExceededException;
import io.vmfactory.configs.time.Uninterrupted;
import io.vmfactory.guest.ContainerHost;
import io.vmfactory.guest.oci.OciProcess;
import io.vmfactory.linux.PathLock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;

/**
 * A sandbox, as used by one caller. Its state is on disk and in its guest. This object holds only a
 * connection, which is opened when it is first needed.
 */
final class SandboxHandle implements Sandbox {
  private static final Duration CLOSE_LIMIT = Duration.ofSeconds(30);

  private final String id;
  private final RuntimeResources resources;
  private final SandboxStateLock state;
  private final SandboxConnection connection;
  private final SandboxContainers containers;
  private final boolean kept;
  private volatile boolean deletedOnClose;

  /** What becomes of the sandbox when its handle is closed. */
  enum AtClose {
    /** It is this runtime's, and ends with it. */
    DELETE,
    /** It is another runtime's, unless this one starts it. */
    LEAVE,
    /** It is this runtime's, and outlives it. */
    KEEP
  }

  SandboxHandle(String id, RuntimeResources resources, AtClose atClose) {
    this.id = id;
    this.resources = resources;
    this.state = new SandboxStateLock(id, resources.store());
    this.connection = new SandboxConnection(state, resources);
    this.containers = new SandboxContainers(state, connection);
    this.kept = atClose == AtClose.KEEP;
    this.deletedOnClose = atClose == AtClose.DELETE;
  }

  @Override
  public String id() {
    return id;
  }

  @Override
  public SandboxStatus status(Deadline deadline) {
    return RecordConversion.status(state.record());
  }

  @Override
  public CompletionStage<String> lost() {
    return connection.lost();
  }

  @Override
  public SandboxStatus start(Deadline deadline) {
    try (PathLock lock = state.lock(deadline)) {
      SandboxRecord before = state.record();
      state.require(before, "start", State.CREATED, State.STOPPED);
      SandboxStart start = new SandboxStart(resources, before);
      SandboxRecord started = start.run(connection::use, deadline);
      containers.began(start.containers());
      deletedOnClose = !kept;
      return RecordConversion.status(started);
    }
  }

  @Override
  public void stop(Deadline deadline) {
    try (PathLock lock = state.lock(deadline)) {
      SandboxRecord before = state.record();
      state.require(before, "stop", State.RUNNING, State.PAUSED);
      flush(before, deadline);
      end(before, deadline);
      state.write(before.stopped());
    }
  }

  /** Flushes the guest's writes to files of the host, before the VM ends. */
  private void flush(SandboxRecord record, Deadline deadline) {
    boolean writes = record.containers().stream().anyMatch(ContainerEntry::writable);
    if (writes && !RecordConversion.lost(record.vm())) {
      GuestConnection now = connection.get(deadline);
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
    connection.disconnect();
  }

  @Override
  public void delete(Deadline deadline) {
    try (PathLock lock = state.tryLock(deadline).orElse(null)) {
      if (lock != null) {
        SandboxRecord before = state.record();
        try {
          flush(before, deadline);
        } catch (SandboxException | DeadlineExceededException e) {
          resources.warn(id, "the last writes of its containers may be lost", e);
        }
        end(before, deadline);
        state.remove();
      }
    }
    resources.forget(id);
    resources.handles().remove(this);
    deletedOnClose = false;
  }

  @Override
  public void pause(Deadline deadline) {
    try (PathLock lock = state.lock(deadline)) {
      SandboxRecord before = state.record();
      state.require(before, "pause", State.RUNNING);
      containers.freeze(deadline);
      state.write(before.with(State.PAUSED));
    }
  }

  @Override
  public void resume(Deadline deadline) {
    try (PathLock lock = state.lock(deadline)) {
      SandboxRecord before = state.record();
      state.require(before, "resume", State.PAUSED);
      containers.thaw(deadline);
      state.write(before.with(State.RUNNING));
    }
  }

  @Override
  public List<Container> containers(Deadline deadline) {
    return containers.list(deadline);
  }

  @Override
  public Container container(String containerId, Deadline deadline) {
    return containers.find(containerId, deadline);
  }

  @Override
  public Container createContainer(ContainerSpec spec, Deadline deadline) {
    return containers.create(spec, deadline);
  }

  @Override
  public List<WaitingContainer> waiting() {
    return containers.waiting();
  }

  @Override
  public Container reuse(String containerId, String as, OciProcess program, Deadline deadline) {
    return containers.reuse(containerId, as, program, deadline);
  }

  @Override
  public Template store(String name, String containerId, ContainerShape shape, Deadline deadline) {
    Map<String, ContainerShape> shapes = new HashMap<>();
    waiting().forEach(waiting -> shapes.put(waiting.id(), waiting.shape()));
    shapes.put(containerId, shape);
    return new TemplateStoring(state, resources, shapes)
        .run(name, containerId, Start.CREATED, guest(deadline).containers(), deadline)
        .getTemplate();
  }

  @Override
  public void connect(SandboxNetwork network, Deadline deadline) {
    try (PathLock lock = state.lock(deadline)) {
      SandboxRecord record = state.record();
      state.require(record, "connect", State.RUNNING, State.PAUSED);
      Machine machine = resources.machine(id, state.requireVm(record, "connect"));
      connection
          .get(deadline)
          .ask(
              agent -> {
                new SandboxNetworking(machine, agent.network(), deadline).run(network);
                return true;
              });
    }
  }

  @Override
  public ContainerHost guest(Deadline deadline) {
    return connection.get(deadline).agent();
  }

  /** Returns false if it was suspended and resumed meanwhile: then it belongs to no process. */
  private boolean isOurs() {
    return resources
        .store()
        .read(id)
        .map(SandboxRecord::vm)
        .map(vm -> resources.owns(id, vm))
        .orElse(true);
  }

  @Override
  public void close() {
    if (deletedOnClose && isOurs()) {
      Uninterrupted.run(() -> delete(Deadline.after(CLOSE_LIMIT)));
    } else {
      disconnect();
    }
    resources.handles().remove(this);
  }
}
