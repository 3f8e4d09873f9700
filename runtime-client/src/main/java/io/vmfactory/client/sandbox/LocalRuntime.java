package io.vmfactory.client.sandbox;

import io.vertx.core.Vertx;
import io.vmfactory.api.v1.CreateTemplateProgress;
import io.vmfactory.api.v1.Template;
import io.vmfactory.client.EventLoops;
import io.vmfactory.client.machine.MachineSource;
import io.vmfactory.client.machine.Machines;
import io.vmfactory.client.sandbox.SandboxException.Reason;
import io.vmfactory.client.sandbox.state.SandboxRecord;
import io.vmfactory.client.sandbox.state.SandboxStore;
import io.vmfactory.client.sandbox.state.UnreadableSandboxException;
import io.vmfactory.configs.ErrorText;
import io.vmfactory.configs.time.Deadline;
import io.vmfactory.configs.time.WallClock;
import io.vmfactory.guest.HostName;
import io.vmfactory.vmm.VmId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The sandboxes in this host's sandbox_dir. */
final class LocalRuntime implements SandboxRuntime {
  private final RuntimeResources resources;
  private final Runnable afterwards;
  private final Set<Thread> building = ConcurrentHashMap.newKeySet();
  private final Thread atExit = new Thread(this::end, "sandboxes-end");

  private LocalRuntime(RuntimeResources resources, Runnable afterwards) {
    this.resources = resources;
    this.afterwards = afterwards;
  }

  static LocalRuntime open(RuntimeSettings settings) {
    Vertx vertx = EventLoops.small();
    Machines machines = new Machines(settings.runtime(), settings.qemu(), vertx);
    return over(
        new SandboxStore(settings.runtime().sandboxDir()), machines, () -> vertx.close().await());
  }

  /** Returns a runtime with any source of VMs. */
  static LocalRuntime over(SandboxStore store, MachineSource machines, Runnable afterwards) {
    RuntimeResources resources = new RuntimeResources(store, machines);
    LocalRuntime runtime = new LocalRuntime(resources, afterwards);
    try {
      new SandboxSweep(resources).run();
      Runtime.getRuntime().addShutdownHook(runtime.atExit);
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
    return handle(id, true);
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

  private Sandbox handle(String id, boolean made) {
    SandboxHandle handle = new SandboxHandle(id, resources, made);
    resources.handles().add(handle);
    return handle;
  }

  @Override
  public Sandbox fetch(String id, Deadline deadline) {
    if (resources.store().read(SandboxIds.require(id)).isEmpty()) {
      throw new SandboxException(Reason.NOT_FOUND, "there is no sandbox " + id);
    }
    return handle(id, false);
  }

  @Override
  public SandboxFork fork(String id, int count, @Nullable Duration leaseTtl, Deadline deadline) {
    return new SandboxForking(SandboxIds.require(id), resources).run(count, leaseTtl, deadline);
  }

  @Override
  public Template buildTemplate(
      TemplateRecipe recipe, Consumer<CreateTemplateProgress> progress, Deadline deadline) {
    Thread builder = Thread.currentThread();
    building.add(builder);
    try {
      return new TemplateBuild(this, resources, recipe, progress).run(deadline);
    } finally {
      building.remove(builder);
    }
  }

  @Override
  public List<SandboxStatus> list(Deadline deadline) {
    List<SandboxStatus> all = new ArrayList<>();
    for (String id : resources.store().ids()) {
      try {
        resources.store().read(id).map(RecordConversion::status).ifPresent(all::add);
      } catch (UnreadableSandboxException e) {
        resources.warn(id, "cannot be listed", e);
      }
    }
    return all;
  }

  @Override
  public void close() {
    try {
      Runtime.getRuntime().removeShutdownHook(atExit);
    } catch (IllegalStateException e) {
      return; // the process is ending, and the shutdown hook closes this runtime
    }
    end();
  }

  private void end() {
    building.forEach(Thread::interrupt); // which cancels the call that it waits for
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
