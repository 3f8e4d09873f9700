package io.vmfactory.cli;

import io.vmfactory.api.v1.CreateTemplateProgress;
import io.vmfactory.api.v1.Template;
import io.vmfactory.client.machine.SuspendedMachine;
import io.vmfactory.client.sandbox.Container;
import io.vmfactory.client.sandbox.ContainerProcess;
import io.vmfactory.client.sandbox.ContainerShape;
import io.vmfactory.client.sandbox.ContainerSpec;
import io.vmfactory.client.sandbox.Sandbox;
import io.vmfactory.client.sandbox.SandboxException;
import io.vmfactory.client.sandbox.SandboxException.Reason;
import io.vmfactory.client.sandbox.SandboxFork;
import io.vmfactory.client.sandbox.SandboxNetwork;
import io.vmfactory.client.sandbox.SandboxRuntime;
import io.vmfactory.client.sandbox.SandboxSpec;
import io.vmfactory.client.sandbox.SandboxStatus;
import io.vmfactory.client.sandbox.SandboxVm;
import io.vmfactory.client.sandbox.TemplateRecipe;
import io.vmfactory.client.sandbox.WaitingContainer;
import io.vmfactory.configs.time.Deadline;
import io.vmfactory.guest.ContainerHost;
import io.vmfactory.guest.ContainerInfo;
import io.vmfactory.guest.ContainerStats;
import io.vmfactory.guest.ProcessInfo;
import io.vmfactory.guest.oci.OciProcess;
import io.vmfactory.guest.oci.OciSpec;
import io.vmfactory.guest.oci.ResourceLimits;
import io.vmfactory.vmm.Sizing;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** A runtime whose sandboxes only record what was called. */
final class FakeSandboxes implements SandboxRuntime {
  /** The lease of web1. */
  static final String LEASE = "0f".repeat(16);

  /** The calls, in order. */
  final List<String> done = new ArrayList<>();

  final Map<String, FakeSandbox> all = new LinkedHashMap<>();

  /** The first process of every container. */
  private static final OciProcess FIRST =
      OciSpec.standard()
          .process()
          .withArgs(List.of("sleep", "9"))
          .withCwd("/srv")
          .withEnv(List.of("A=b c"));

  /** The process that exec returns. */
  FakeProcess executed = new FakeProcess();

  /** The state of every container. */
  ContainerInfo.State containerState = ContainerInfo.State.RUNNING;

  @Nullable TemplateRecipe built;
  @Nullable SandboxException refusal;
  @Nullable OciProcess asked;

  FakeSandboxes with(String id, SandboxStatus.State state, String... containers) {
    all.put(id, new FakeSandbox(id, state, List.of(containers)));
    return this;
  }

  @Override
  public Sandbox create(SandboxSpec spec, Deadline deadline) {
    done.add("create " + spec.template());
    with("new", SandboxStatus.State.RUNNING, "c9");
    return all.get("new");
  }

  @Override
  public Sandbox fetch(String id, Deadline deadline) {
    if (!all.containsKey(id)) {
      throw new SandboxException(Reason.NOT_FOUND, "no sandbox " + id);
    }
    return all.get(id);
  }

  @Override
  public Sandbox takeOver(String id, Deadline deadline) {
    throw new UnsupportedOperationException("no command takes a sandbox over");
  }

  @Override
  public List<SandboxStatus> suspended(Deadline deadline) {
    return statuses(deadline, true);
  }

  private List<SandboxStatus> statuses(Deadline deadline, boolean suspended) {
    return all.values().stream()
        .map(sandbox -> sandbox.status(deadline))
        .filter(status -> (status.state() == SandboxStatus.State.SUSPENDED) == suspended)
        .toList();
  }

  @Override
  public SandboxFork fork(String id, int count, @Nullable Duration leaseTtl, Deadline deadline) {
    fetch(id, deadline);
    done.add("fork " + id + " x" + count + (leaseTtl == null ? "" : " for " + leaseTtl));
    List<SandboxFork.Clone> clones =
        IntStream.range(0, count)
            .mapToObj(i -> new SandboxFork.Clone(id + "-" + i, "lease" + i))
            .toList();
    return new SandboxFork(clones, Duration.ofNanos(4_200_000));
  }

  @Override
  public SandboxStatus growVm(String id, Sizing wanted, Deadline deadline) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void pauseVm(String id, Deadline deadline) {
    fetch(id, deadline);
    done.add("pause the VM of " + id);
  }

  @Override
  public SuspendedMachine suspendVm(String id, @Nullable Duration ttl, Deadline deadline) {
    fetch(id, deadline);
    done.add("suspend the VM of " + id + (ttl == null ? "" : " for " + ttl));
    return new SuspendedMachine(
        LEASE, Map.of(), Cli.NOW, Cli.NOW.plusSeconds(7200), 3072, new Sizing(2, 256), "h");
  }

  @Override
  public void resumeVm(String id, @Nullable Duration ttl, Deadline deadline) {
    fetch(id, deadline);
    done.add("resume the VM of " + id + (ttl == null ? "" : " for " + ttl));
  }

  @Override
  public Template buildTemplate(
      TemplateRecipe recipe, Consumer<CreateTemplateProgress> progress, Deadline deadline) {
    built = recipe;
    if (refusal != null) {
      throw refusal;
    }
    progress.accept(
        CreateTemplateProgress.newBuilder()
            .setStep("vm")
            .setIndex(1)
            .setCount(2)
            .setDone(true)
            .setMicros(1500)
            .setDetail("WARM")
            .build());
    return Template.newBuilder()
        .setName(recipe.name())
        .setVersion(3)
        .setVcpus(1)
        .setMemoryMib(256)
        .setMemoryKib(2048)
        .build();
  }

  @Override
  public List<SandboxStatus> list(Deadline deadline) {
    return statuses(deadline, false);
  }

  @Override
  public void close() {
    done.add("close");
  }

  final class FakeSandbox implements Sandbox {
    private final String id;
    private final SandboxStatus.State state;
    private final List<String> containers;

    FakeSandbox(String id, SandboxStatus.State state, List<String> containers) {
      this.id = id;
      this.state = state;
      this.containers = containers;
    }

    @Override
    public String id() {
      return id;
    }

    @Override
    public SandboxStatus status(Deadline deadline) {
      SandboxVm vm =
          new SandboxVm(
              "0123456789abcdef",
              17,
              SandboxVm.Origin.FACTORY,
              "WARM",
              "",
              2,
              256,
              Path.of("/console.log"),
              List.of(),
              List.of());
      return new SandboxStatus(
          id,
          state,
          state == SandboxStatus.State.STOPPED || state == SandboxStatus.State.SUSPENDED
              ? null
              : vm,
          "h",
          Cli.NOW.minusSeconds(61),
          4711,
          ProcessAnnotation.of(FIRST),
          id.equals("web1") ? LEASE : "");
    }

    @Override
    public List<Container> containers(Deadline deadline) {
      return containers.stream().<Container>map(name -> new FakeContainer(id, name)).toList();
    }

    @Override
    public Container container(String containerId, Deadline deadline) {
      if (!containers.contains(containerId)) {
        throw new SandboxException(Reason.NOT_FOUND, "no container " + containerId);
      }
      return new FakeContainer(id, containerId);
    }

    @Override
    public CompletionStage<String> lost() {
      return new CompletableFuture<>();
    }

    @Override
    public SandboxStatus start(Deadline deadline) {
      done.add("start " + id);
      return status(deadline);
    }

    @Override
    public void stop(Deadline deadline) {
      done.add("stop " + id);
    }

    @Override
    public void delete(Deadline deadline) {
      done.add("delete " + id);
    }

    @Override
    public void pause(Deadline deadline) {
      done.add("pause " + id);
    }

    @Override
    public void resume(Deadline deadline) {
      done.add("resume " + id);
    }

    @Override
    public Container createContainer(ContainerSpec spec, Deadline deadline) {
      throw new UnsupportedOperationException();
    }

    @Override
    public List<WaitingContainer> waiting() {
      return List.of();
    }

    @Override
    public Container reuse(String containerId, String as, OciProcess program, Deadline deadline) {
      throw new UnsupportedOperationException();
    }

    @Override
    public Template store(
        String name, String containerId, ContainerShape shape, Deadline deadline) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void connect(SandboxNetwork network, Deadline deadline) {
      throw new UnsupportedOperationException();
    }

    @Override
    public ContainerHost guest(Deadline deadline) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void close() {}
  }

  private final class FakeContainer implements Container {
    private final String sandbox;
    private final String id;

    FakeContainer(String sandbox, String id) {
      this.sandbox = sandbox;
      this.id = id;
    }

    @Override
    public String id() {
      return id;
    }

    @Override
    public OciProcess described(Deadline deadline) {
      throw new UnsupportedOperationException();
    }

    @Override
    public ContainerProcess exec(UnaryOperator<OciProcess> change, Deadline deadline) {
      OciProcess process = change.apply(FIRST);
      if (refusal != null) {
        throw refusal;
      }
      done.add("exec " + sandbox + "/" + id);
      asked = process;
      return executed;
    }

    @Override
    public ContainerProcess exec(String execId, OciProcess process, Deadline deadline) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void kill(int signal, Deadline deadline) {
      done.add("kill " + signal + " " + sandbox + "/" + id);
    }

    @Override
    public boolean awaitsStart(Deadline deadline) {
      return status(deadline).state() == ContainerInfo.State.CREATED;
    }

    @Override
    public ContainerStats stats(Deadline deadline) {
      return new ContainerStats(
          Duration.ofMillis(1500),
          Duration.ZERO,
          new ContainerStats.Memory(3 << 20, 1 << 20, 0),
          2,
          0,
          new ContainerStats.Io(4096, 8192),
          List.of(new ContainerStats.Network("lo", 1, 2)));
    }

    @Override
    public List<ProcessInfo> processes(Deadline deadline) {
      return List.of(
          new ProcessInfo(
              90, 1, 1, 1000, "S", Duration.ofMillis(20), 512, List.of("sleep", "9\u001b[2J")));
    }

    @Override
    public ContainerInfo status(Deadline deadline) {
      return new ContainerInfo(id, containerState, 7, 0, false, Instant.EPOCH);
    }

    @Override
    public ContainerProcess process() {
      return executed;
    }

    @Override
    public ContainerProcess process(String execId) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void start(Deadline deadline) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void start(UnaryOperator<OciProcess> change, Deadline deadline) {
      done.add("start " + sandbox + "/" + id);
      asked = change.apply(FIRST);
    }

    @Override
    public int stop(Duration grace, Deadline deadline) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void delete(Deadline deadline) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void update(ResourceLimits limits, Deadline deadline) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void pause(Deadline deadline) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void resume(Deadline deadline) {
      throw new UnsupportedOperationException();
    }
  }
}
