package io.vmfactory.runtime.verbs;

import com.google.protobuf.ByteString;
import io.vmfactory.api.runtime.v1.ConnectNetworkRequest;
import io.vmfactory.api.runtime.v1.ConnectNetworkResponse;
import io.vmfactory.api.runtime.v1.Container;
import io.vmfactory.api.runtime.v1.CreateContainerRequest;
import io.vmfactory.api.runtime.v1.CreateContainerResponse;
import io.vmfactory.api.runtime.v1.DeleteContainerRequest;
import io.vmfactory.api.runtime.v1.DeleteContainerResponse;
import io.vmfactory.api.runtime.v1.ExecProcessRequest;
import io.vmfactory.api.runtime.v1.ExecProcessResponse;
import io.vmfactory.api.runtime.v1.GetContainerRequest;
import io.vmfactory.api.runtime.v1.GetContainerResponse;
import io.vmfactory.api.runtime.v1.ListContainersRequest;
import io.vmfactory.api.runtime.v1.ListContainersResponse;
import io.vmfactory.api.runtime.v1.OutputKind;
import io.vmfactory.api.runtime.v1.PauseContainerRequest;
import io.vmfactory.api.runtime.v1.PauseContainerResponse;
import io.vmfactory.api.runtime.v1.ReadOutputRequest;
import io.vmfactory.api.runtime.v1.ReadOutputResponse;
import io.vmfactory.api.runtime.v1.ResumeContainerRequest;
import io.vmfactory.api.runtime.v1.ResumeContainerResponse;
import io.vmfactory.api.runtime.v1.ResumeSandboxRequest;
import io.vmfactory.api.runtime.v1.ResumeSandboxResponse;
import io.vmfactory.api.runtime.v1.SignalContainerRequest;
import io.vmfactory.api.runtime.v1.SignalContainerResponse;
import io.vmfactory.api.runtime.v1.StartContainerRequest;
import io.vmfactory.api.runtime.v1.StartContainerResponse;
import io.vmfactory.api.runtime.v1.StatContainerRequest;
import io.vmfactory.api.runtime.v1.StatContainerResponse;
import io.vmfactory.api.runtime.v1.StopContainerRequest;
import io.vmfactory.api.runtime.v1.StopContainerResponse;
import io.vmfactory.api.runtime.v1.SuspendSandboxRequest;
import io.vmfactory.api.runtime.v1.SuspendSandboxResponse;
import io.vmfactory.api.runtime.v1.UpdateContainerRequest;
import io.vmfactory.api.runtime.v1.UpdateContainerResponse;
import io.vmfactory.client.FactoryException;
import io.vmfactory.client.machine.SuspendedMachine;
import io.vmfactory.client.sandbox.SandboxException;
import io.vmfactory.client.sandbox.SandboxException.Reason;
import io.vmfactory.configs.time.Deadline;
import io.vmfactory.guest.oci.ResourceLimits;
import io.vmfactory.linux.ProcessIdentity;
import io.vmfactory.runtime.bundle.EngineBundle;
import io.vmfactory.runtime.bundle.EngineBundles;
import io.vmfactory.runtime.bundle.EngineBundles.Prepared;
import io.vmfactory.runtime.bundle.StandIns;
import io.vmfactory.runtime.containers.ContainerName;
import io.vmfactory.runtime.containers.Containers;
import io.vmfactory.runtime.containers.ExecStarted;
import io.vmfactory.runtime.containers.KeptContainer;
import io.vmfactory.runtime.containers.NewContainer;
import io.vmfactory.runtime.containers.OutputPart;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * The calls of vmfactory.runtime.v1, for any edge. Each takes and returns a message of the wire. A
 * failure is a {@code RequestException} of the factory, which the edges turn into a code.
 *
 * @param containers the containers
 * @param bundles prepares what engines hand over
 */
public record RuntimeVerbs(Containers containers, EngineBundles bundles) {
  private static final Duration LOOK = Duration.ofSeconds(5);
  private static final int LAST_SIGNAL = 64;

  /** Creates a container. */
  public CreateContainerResponse create(CreateContainerRequest q, Deadline deadline) {
    return Refused.by(
        () ->
            CreateContainerResponse.newBuilder()
                .setContainer(view(q.hasBundle() ? ofBundle(q, deadline) : plain(q, deadline)))
                .build());
  }

  private KeptContainer plain(CreateContainerRequest q, Deadline deadline) {
    return containers.create(RuntimeProtos.request(q), deadline);
  }

  private KeptContainer ofBundle(CreateContainerRequest q, Deadline deadline) {
    ContainerName name = new ContainerName(q.getNamespace(), q.getId());
    Path path = RuntimeProtos.path(q.getBundle().getPath());
    if (!path.isAbsolute()) {
      throw new SandboxException(
          Reason.INVALID, "bundle.path is \"%s\"; it must be absolute".formatted(path));
    }
    String config = q.getBundle().getConfig();
    EngineBundle bundle =
        new EngineBundle(
            path,
            RuntimeProtos.path(config.isEmpty() ? "config.json" : config),
            q.getBundle().getStandIn(),
            q.getBundle().getKeeper(),
            q.getBundle().getTemplate());
    try (Prepared prepared = bundles.prepare(name, bundle, deadline)) {
      return made(
          prepared.container(q.getRequestId(), RuntimeProtos.sandbox(q)), prepared, deadline);
    } catch (SandboxException e) {
      throw EngineWords.of(e);
    }
  }

  private KeptContainer made(NewContainer wanted, Prepared prepared, Deadline deadline) {
    try {
      return containers.create(wanted, deadline);
    } catch (SandboxException | FactoryException e) {
      throw prepared.worded(e);
    }
  }

  /** Connects a container to the network of its engine. */
  public ConnectNetworkResponse connect(ConnectNetworkRequest q, Deadline deadline) {
    return Refused.by(
        () -> {
          container(q.getNamespace(), q.getId())
              .connect(namespace -> NetworkProtos.network(q, namespace), deadline);
          return ConnectNetworkResponse.getDefaultInstance();
        });
  }

  /** Starts a container. */
  public StartContainerResponse start(StartContainerRequest q, Deadline deadline) {
    return Refused.by(
        () -> {
          KeptContainer container = container(q.getNamespace(), q.getId());
          begin(container, deadline);
          return StartContainerResponse.newBuilder().setContainer(view(container)).build();
        });
  }

  /** A command that is not there is found at the start if a template has made the container. */
  private static void begin(KeptContainer container, Deadline deadline) {
    try {
      container.start(deadline);
    } catch (SandboxException e) {
      throw EngineWords.of(e);
    }
  }

  /** Stops a container. */
  public StopContainerResponse stop(StopContainerRequest q, Deadline deadline) {
    return Refused.by(
        () -> {
          KeptContainer container = container(q.getNamespace(), q.getId());
          container.stop(Duration.ofMillis(Math.max(0, q.getGraceMillis())), deadline);
          return StopContainerResponse.newBuilder().setContainer(view(container)).build();
        });
  }

  /** Freezes a container. */
  public PauseContainerResponse pause(PauseContainerRequest q, Deadline deadline) {
    return Refused.by(
        () -> {
          KeptContainer container = container(q.getNamespace(), q.getId());
          container.pause(deadline);
          return PauseContainerResponse.newBuilder().setContainer(view(container)).build();
        });
  }

  /** Lets a frozen container go on. */
  public ResumeContainerResponse resume(ResumeContainerRequest q, Deadline deadline) {
    return Refused.by(
        () -> {
          KeptContainer container = container(q.getNamespace(), q.getId());
          container.resume(deadline);
          return ResumeContainerResponse.newBuilder().setContainer(view(container)).build();
        });
  }

  /** Stores the VM of a sandbox on disk. */
  public SuspendSandboxResponse suspend(SuspendSandboxRequest q, Deadline deadline) {
    return Refused.by(
        () -> {
          Duration ttl = RuntimeProtos.span("ttl_millis", q.getTtlMillis());
          SuspendedMachine vm = containers.in(q.getSandbox()).suspend(ttl, deadline);
          return SuspendSandboxResponse.newBuilder()
              .setDiskKib(vm.diskKib())
              .setExpiresAtMillis(vm.expiresAt().toEpochMilli())
              .build();
        });
  }

  /** Lets the VM of a sandbox run again. */
  public ResumeSandboxResponse wake(ResumeSandboxRequest q, Deadline deadline) {
    return Refused.by(
        () -> {
          Duration ttl = RuntimeProtos.span("lease_millis", q.getLeaseMillis());
          containers.in(q.getSandbox()).wake(ttl, deadline);
          return ResumeSandboxResponse.getDefaultInstance();
        });
  }

  /** Sends a signal. */
  public SignalContainerResponse signal(SignalContainerRequest q, Deadline deadline) {
    return Refused.by(
        () -> {
          if (q.getSignal() < 1 || q.getSignal() > LAST_SIGNAL) {
            throw new SandboxException(
                Reason.INVALID, "signal is %d; it must be 1..64".formatted(q.getSignal()));
          }
          container(q.getNamespace(), q.getId()).signal(q.getSignal(), q.getAll(), deadline);
          return SignalContainerResponse.getDefaultInstance();
        });
  }

  /** Removes a container that no client knows of: its client left while it was being made. */
  public void takeBack(Container made, Deadline deadline) {
    DeleteContainerRequest request =
        DeleteContainerRequest.newBuilder()
            .setNamespace(made.getNamespace())
            .setId(made.getId())
            .setForce(true)
            .build();
    delete(request, deadline);
  }

  /** Removes a container. */
  public DeleteContainerResponse delete(DeleteContainerRequest q, Deadline deadline) {
    return Refused.by(
        () -> {
          KeptContainer container = container(q.getNamespace(), q.getId());
          container.delete(q.getForce(), deadline);
          return DeleteContainerResponse.newBuilder().setContainer(view(container)).build();
        });
  }

  /** Starts another process, for an engine. */
  public ExecProcessResponse exec(ExecProcessRequest q, Deadline deadline) {
    return Refused.by(
        () -> {
          ExecStarted started = started(q, deadline);
          return ExecProcessResponse.newBuilder()
              .setExecId(started.id())
              .addAllAgentPorts(started.ports().stream().map(Path::toString).toList())
              .setTerminal(started.terminal())
              .build();
        });
  }

  private ExecStarted started(ExecProcessRequest q, Deadline deadline) {
    KeptContainer container = container(q.getNamespace(), q.getId());
    ProcessIdentity standIn = StandIns.identity(q.getStandIn());
    try {
      return container.exec(q.getExecId(), ExecutedProcesses.of(q), standIn, deadline);
    } catch (SandboxException e) {
      throw EngineWords.of(e);
    }
  }

  /** Returns what a container uses. */
  public StatContainerResponse stat(StatContainerRequest q, Deadline deadline) {
    return Refused.by(
        () ->
            StatContainerResponse.newBuilder()
                .setStats(EngineStats.of(container(q.getNamespace(), q.getId()).stats(deadline)))
                .build());
  }

  /** Changes the limits of a container. */
  public UpdateContainerResponse update(UpdateContainerRequest q, Deadline deadline) {
    return Refused.by(
        () -> {
          ResourceLimits limits = EngineLimits.parse(q.getResourcesJson().toByteArray());
          KeptContainer container = container(q.getNamespace(), q.getId());
          container.update(limits, bundles.sizes().of(limits), deadline);
          return UpdateContainerResponse.getDefaultInstance();
        });
  }

  /** Returns a container. */
  public GetContainerResponse get(GetContainerRequest q) {
    return Refused.by(
        () ->
            GetContainerResponse.newBuilder()
                .setContainer(view(container(q.getNamespace(), q.getId())))
                .build());
  }

  /** Returns all containers of a namespace, or all. */
  public ListContainersResponse list(ListContainersRequest q) {
    List<Container> found =
        containers.list().stream()
            .filter(it -> !it.isForeground())
            .filter(
                it -> q.getNamespace().isEmpty() || it.name().namespace().equals(q.getNamespace()))
            .map(RuntimeVerbs::view)
            .toList();
    return ListContainersResponse.newBuilder().addAllContainers(found).build();
  }

  /** Returns a part of an output. */
  public ReadOutputResponse read(ReadOutputRequest q) {
    return Refused.by(
        () -> {
          OutputPart part =
              container(q.getNamespace(), q.getId())
                  .read(q.getKind() == OutputKind.STDERR, q.getPosition());
          return ReadOutputResponse.newBuilder()
              .setPosition(part.position())
              .setData(ByteString.copyFrom(part.bytes()))
              .build();
        });
  }

  /** Finds a container; empty if there is none. */
  public Optional<KeptContainer> find(String namespace, String id) {
    try {
      return Optional.of(container(namespace, id));
    } catch (SandboxException e) {
      return Optional.empty();
    }
  }

  private KeptContainer container(String namespace, String id) {
    return containers.get(new ContainerName(namespace, id));
  }

  /** Returns a container as it is now. */
  public static Container view(KeptContainer container) {
    return RuntimeProtos.container(container.view(), container.ports(Deadline.after(LOOK)));
  }
}
