package io.vmfactory.runtime.verbs;

import io.vmfactory.api.runtime.v1.Container;
import io.vmfactory.api.runtime.v1.ContainerState;
import io.vmfactory.api.runtime.v1.CreateContainerRequest;
import io.vmfactory.api.runtime.v1.CreateContainerRequest.SpecificationCase;
import io.vmfactory.api.runtime.v1.EngineContainer;
import io.vmfactory.api.runtime.v1.HookStage;
import io.vmfactory.api.runtime.v1.HostHook;
import io.vmfactory.api.runtime.v1.OutputEnd;
import io.vmfactory.api.runtime.v1.Volume;
import io.vmfactory.api.v1.Route;
import io.vmfactory.client.sandbox.ContainerSpec;
import io.vmfactory.client.sandbox.DiskImage;
import io.vmfactory.client.sandbox.SandboxException;
import io.vmfactory.client.sandbox.SandboxException.Reason;
import io.vmfactory.client.sandbox.SandboxSpec;
import io.vmfactory.guest.oci.OciSpec;
import io.vmfactory.guest.oci.OciSpecException;
import io.vmfactory.runtime.containers.ContainerName;
import io.vmfactory.runtime.containers.ContainerRecord;
import io.vmfactory.runtime.containers.ContainerRecord.Engine;
import io.vmfactory.runtime.containers.ContainerRecord.Exit;
import io.vmfactory.runtime.containers.ContainerView;
import io.vmfactory.runtime.containers.NewContainer;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Converts between the messages of vmfactory.runtime.v1 and the objects of the service. */
final class RuntimeProtos {
  private RuntimeProtos() {}

  /** Returns what a request asks for. Throws {@link SandboxException} INVALID. */
  static NewContainer request(CreateContainerRequest q) {
    ContainerSpec container = ContainerSpec.of(oci(q), DiskImage.overlay(path(q.getImage())));
    for (Volume volume : q.getVolumesList()) {
      container =
          container.withVolume(DiskImage.readOnly(path(volume.getImage())), volume.getMountPoint());
    }
    return new NewContainer(
        new ContainerName(q.getNamespace(), q.getId()),
        q.getRequestId(),
        sandbox(q),
        null,
        container,
        q.getAnnotationsMap(),
        List.of(),
        List.of(),
        null,
        null);
  }

  /** Returns the VM that a request asks for. */
  static SandboxSpec sandbox(CreateContainerRequest q) {
    SandboxSpec spec =
        SandboxSpec.defaults()
            .withSize(q.getVcpus(), q.getMemoryMib())
            .withHostname(q.getHostname())
            .withRoutes(q.getRoutesList().stream().map(RuntimeProtos::route).toList());
    return q.getLeaseMillis() == 0
        ? spec
        : spec.withLeaseTtl(Duration.ofMillis(q.getLeaseMillis()));
  }

  /** Returns a duration; null if it is 0. Throws INVALID if it is negative. */
  static @Nullable Duration span(String field, long millis) {
    if (millis < 0) {
      throw new SandboxException(
          Reason.INVALID,
          "%s is %d; it must be 1 or more, or 0 for the default".formatted(field, millis));
    }
    return millis == 0 ? null : Duration.ofMillis(millis);
  }

  private static Route route(String name) {
    try {
      return Route.valueOf(name);
    } catch (IllegalArgumentException e) {
      throw new SandboxException(Reason.INVALID, "there is no route \"%s\"".formatted(name), e);
    }
  }

  private static OciSpec oci(CreateContainerRequest q) {
    try {
      return q.getSpecificationCase() == SpecificationCase.GUEST_SPEC
          ? OciSpec.ofProto(q.getGuestSpec().toByteArray())
          : OciSpec.parse(q.getConfigJson().toByteArray());
    } catch (OciSpecException e) {
      throw new SandboxException(Reason.INVALID, String.valueOf(e.getMessage()), e);
    }
  }

  static Path path(String text) {
    try {
      return Path.of(text);
    } catch (InvalidPathException e) {
      throw new SandboxException(Reason.INVALID, "not a path: " + text, e);
    }
  }

  static Container container(ContainerView view, List<Path> ports) {
    ContainerRecord record = view.record();
    Container.Builder container =
        Container.newBuilder()
            .setNamespace(record.namespace())
            .setId(record.id())
            .setState(ContainerState.valueOf(view.state().name()))
            .setSandbox(record.sandbox())
            .setVmId(view.vmId())
            .addAllCommand(record.command())
            .setCreatedAtMillis(millis(record.createdAt()))
            .putAllAnnotations(record.annotations())
            .setStdout(end(view.stdout()))
            .setStderr(end(view.stderr()));
    Engine engine = record.engine();
    if (engine != null) {
      container.setEngine(
          EngineContainer.newBuilder()
              .setBundle(engine.bundle())
              .setStandIn(engine.pid())
              .setTerminal(engine.terminal())
              .setNetworkNamespace(engine.network())
              .setSharesVm(record.sharesVm())
              .setResolvConf(engine.resolver() == null ? "" : engine.resolver().source())
              .addAllHooks(engine.hooks().stream().map(RuntimeProtos::hook).toList())
              .addAllAgentPorts(ports.stream().map(Path::toString).toList()));
    }
    Exit exit = record.exit();
    if (exit != null && view.state() == ContainerView.State.STOPPED) {
      container
          .setExitStatus(exit.status())
          .setExitedAtMillis(millis(exit.at()))
          .setLostReason(exit.reason());
    }
    return container.build();
  }

  private static HostHook hook(io.vmfactory.guest.oci.HostHook hook) {
    return HostHook.newBuilder()
        .setStage(HookStage.valueOf(hook.stage().name()))
        .setPath(hook.path())
        .addAllArgs(hook.args())
        .addAllEnv(hook.env())
        .setTimeoutSeconds(hook.timeoutSeconds())
        .build();
  }

  private static OutputEnd end(ContainerView.End end) {
    return OutputEnd.newBuilder().setPosition(end.position()).setComplete(end.complete()).build();
  }

  private static long millis(String instant) {
    return Instant.parse(instant).toEpochMilli();
  }
}
