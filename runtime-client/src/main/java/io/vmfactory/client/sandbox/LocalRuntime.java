package io.vmfactory.client.sandbox;

import io.vertx.core.Vertx;
import io.vmfactory.api.v1.CreateTemplateProgress;
import io.vmfactory.api.v1.Template;
import io.vmfactory.client.EventLoops;
import io.vmfactory.client.machine.MachineSource;
import io.vmfactory.client.machine.Machines;
import io.vmfactory.client.machine.SuspendedMachine;
import io.vmfactory.client.sandbox.SandboxException.Reason;
import io.vmfactory.client.sandbox.state.SandboxRecord;
import io.vmfactory.client.sandbox.state.SandboxRecord.VmEntry;
import io.vmfactory.client.sandbox.state.SandboxStore;
import io.vmfactory.client.sandbox.state.UnreadableSandboxException;
import io.vmfactory.configs.ErrorText;
import io.vmfactory.configs.time.CancelledException;
import io.vmfactory.configs.time.Deadline;
import io.vmfactory.configs.time.WallClock;
import io.vmfactory.guest.HostName;
import io.vmfactory.linux.PathLock;
import io.vmfactory.vmm.Sizing;
import io.vmfactory.vmm.VmId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The sandboxes in this host's sandbox_dir. */
final class LocalRuntime implements SandboxRuntime {
  private final RuntimeResources resources;
  private final Runnable afterwards;
  private final boolean keeps;
  private final Set<Thread> building = ConcurrentHashMap.newKeySet();
  private final Set<Thread> calledOff = ConcurrentHashMap.newKeySet();
  private final Thread atExit = new Thread(this::end, "sandboxes-end");

  /**
   * @param keeps whether the sandboxes outlive this runtime
   */
  private LocalRuntime(RuntimeResources resources, Runnable afterwards, boolean keeps) {
    this.resources = resources;
    this.afterwards = afterwards;
    this.keeps = keeps;
  }

  static LocalRuntime open(RuntimeSettings settings) {
    return open(settings, false);
  }

  static LocalRuntime keeping(RuntimeSettings settings) {
    return open(settings, true);
  }

  private static LocalRuntime open(RuntimeSettings settings, boolean keeps) {
    Vertx vertx = EventLoops.small();
    Machines machines = new Machines(settings.runtime(), settings.qemu(), vertx);
    SandboxStore store = new SandboxStore(settings.runtime().sandboxDir());
    return over(store, machines, () -> EventLoops.close(vertx), keeps);
  }

  /** Returns a runtime with any source of VMs. */
  static LocalRuntime over(SandboxStore store, MachineSource machines, Runnable afterwards) {
    return over(store, machines, afterwards, false);
  }

  /**
   * @param keeps whether the sandboxes outlive the runtime
   */
  static LocalRuntime over(
      SandboxStore store, MachineSource machines, Runnable afterwards, boolean keeps) {
    RuntimeResources resources = new RuntimeResources(store, machines);
    LocalRuntime runtime = new LocalRuntime(resources, afterwards, keeps);
    try {
      new SandboxSweep(resources).run();
      if (!keeps) {
        Runtime.getRuntime().addShutdownHook(runtime.atExit);
      }
      return runtime;
    } catch (RuntimeException e) {
      runtime.end();
      throw e;
    }
  }

  @Override
  public Sandbox create(SandboxSpec spec, Deadline deadline) {
    String id = spec.id().isEmpty() ? VmId.random().shortened() : SandboxIds.require(spec.id());
    requireHostName(spec.hostname());
    requireNothingOfTheTemplate(spec);
    SandboxRecord record =
        SandboxRecord.created(
            id,
            WallClock.system().now(),
            RecordConversion.self(),
            RecordConversion.wish(spec),
            VmId.random().value());
    if (!resources.store().create(record)) {
      throw new SandboxException(Reason.ALREADY_EXISTS, "sandbox " + id + " already exists");
    }
    return handle(id);
  }

  private static void requireNothingOfTheTemplate(SandboxSpec spec) {
    if (!spec.template().isEmpty() && (!spec.dns().isEmpty() || spec.sharedPids())) {
      throw new SandboxException(
          Reason.INVALID,
          "dns and sharedPids are those of template " + spec.template() + "; leave them out");
    }
  }

  private static void requireHostName(String hostname) {
    try {
      if (!hostname.isEmpty()) {
        HostName.require(hostname);
      }
    } catch (IllegalArgumentException e) {
      throw new SandboxException(Reason.INVALID, ErrorText.of(e), e);
    }
  }

  /** Returns the handle of a sandbox that this runtime has made or taken over. */
  private Sandbox handle(String id) {
    return handle(id, keeps ? SandboxHandle.AtClose.KEEP : SandboxHandle.AtClose.DELETE);
  }

  private Sandbox handle(String id, SandboxHandle.AtClose atClose) {
    SandboxHandle handle = new SandboxHandle(id, resources, atClose);
    resources.handles().add(handle);
    return handle;
  }

  @Override
  public Sandbox takeOver(String id, Deadline deadline) {
    SandboxStateLock state = new SandboxStateLock(SandboxIds.require(id), resources.store());
    try (PathLock lock = state.lock(deadline)) {
      SandboxRecord record = state.record();
      VmEntry vm = state.requireVm(record, "take it over");
      if (record.state() == SandboxRecord.State.SUSPENDED) {
        state.write(record.with(SandboxRecord.State.RUNNING)); // it was not stored after all
      }
      resources.keep(id, resources.machines().takeOver(RecordConversion.facts(vm), deadline));
    }
    return handle(id);
  }

  @Override
  public Sandbox fetch(String id, Deadline deadline) {
    Optional<SandboxRecord> record = resources.store().read(SandboxIds.require(id));
    Optional<SuspendedMachine> onDisk =
        record.isEmpty()
            ? suspended().find(id, deadline)
            : record.filter(this::isSuspended).flatMap(it -> suspended().find(it, deadline));
    if (onDisk.isPresent()) {
      return new SuspendedSandbox(id, onDisk.get(), suspended());
    }
    if (record.isEmpty()) {
      throw new SandboxException(Reason.NOT_FOUND, "there is no sandbox " + id);
    }
    return handle(id, SandboxHandle.AtClose.LEAVE);
  }

  /** Returns whether a service keeps a sandbox whose VM may be on disk. */
  private boolean isSuspended(SandboxRecord record) {
    return RecordConversion.lost(record.vm()) && resources.store().isKept(record.id());
  }

  private SuspendedSandboxes suspended() {
    return new SuspendedSandboxes(resources);
  }

  @Override
  public SandboxFork fork(String id, int count, @Nullable Duration leaseTtl, Deadline deadline) {
    return new SandboxForking(SandboxIds.require(id), resources).run(count, leaseTtl, deadline);
  }

  @Override
  public SandboxStatus growVm(String id, Sizing wanted, Deadline deadline) {
    return new SandboxResting(SandboxIds.require(id), resources).grow(wanted, deadline);
  }

  @Override
  public void pauseVm(String id, Deadline deadline) {
    new SandboxResting(SandboxIds.require(id), resources).pause(deadline);
  }

  @Override
  public SuspendedMachine suspendVm(String id, @Nullable Duration ttl, Deadline deadline) {
    return new SandboxResting(SandboxIds.require(id), resources).suspend(keeps, ttl, deadline);
  }

  @Override
  public void resumeVm(String id, @Nullable Duration ttl, Deadline deadline) {
    Optional<SandboxRecord> record = resources.store().read(SandboxIds.require(id));
    SandboxResting resting = new SandboxResting(id, resources);
    if (record.filter(this::isSuspended).isPresent()) {
      resting.resumeKept(keeps, ttl, deadline);
    } else if (!suspended().resume(id, ttl, deadline)) {
      resting.resume(ttl, deadline);
    }
  }

  @Override
  public Template buildTemplate(
      TemplateRecipe recipe, Consumer<CreateTemplateProgress> progress, Deadline deadline) {
    Thread builder = Thread.currentThread();
    building.add(builder);
    try {
      return new TemplateBuild(this, resources, recipe, progress).run(deadline);
    } catch (RuntimeException e) {
      // A build that is called off may first notice that its VM has ended.
      boolean cancelled = calledOff.contains(builder) || CancelledException.isCauseOf(e);
      throw e instanceof CancelledException || !cancelled
          ? e
          : new CancelledException("cancelled while building the template", e);
    } finally {
      building.remove(builder);
      calledOff.remove(builder);
    }
  }

  @Override
  public List<SandboxStatus> list(Deadline deadline) {
    List<SandboxStatus> all = new ArrayList<>();
    for (String id : resources.store().ids()) {
      try {
        resources
            .store()
            .read(id)
            .map(RecordConversion::status)
            .filter(status -> status.state() != SandboxStatus.State.SUSPENDED)
            .ifPresent(all::add);
      } catch (UnreadableSandboxException e) {
        resources.warn(id, "cannot be listed", e);
      }
    }
    return all;
  }

  @Override
  public List<SandboxStatus> suspended(Deadline deadline) {
    return suspended().list(deadline);
  }

  @Override
  public void close() {
    try {
      if (!keeps) {
        Runtime.getRuntime().removeShutdownHook(atExit);
      }
    } catch (IllegalStateException e) {
      return; // the process is ending, and the shutdown hook closes this runtime
    }
    end();
  }

  private void end() {
    for (Thread builder : building) {
      calledOff.add(builder);
      builder.interrupt(); // which cancels the call that it waits for
    }
    for (Sandbox handle : resources.handles()) {
      try {
        handle.close();
      } catch (RuntimeException e) {
        resources.warn(handle.id(), "cannot be deleted", e);
      }
    }
    resources.machines().close();
    afterwards.run();
  }
}
