package io.vmfactory.client;

import io.vertx.core.Vertx;
import io.vmfactory.api.runtime.v1.Container;
import io.vmfactory.api.runtime.v1.CreateContainerRequest;
import io.vmfactory.api.runtime.v1.DeleteContainerRequest;
import io.vmfactory.api.runtime.v1.GetContainerRequest;
import io.vmfactory.api.runtime.v1.ListContainersRequest;
import io.vmfactory.api.runtime.v1.OutputKind;
import io.vmfactory.api.runtime.v1.ReadOutputRequest;
import io.vmfactory.api.runtime.v1.ReadOutputResponse;
import io.vmfactory.api.runtime.v1.ResumeSandboxRequest;
import io.vmfactory.api.runtime.v1.RuntimeGrpcClient;
import io.vmfactory.api.runtime.v1.SignalContainerRequest;
import io.vmfactory.api.runtime.v1.StartContainerRequest;
import io.vmfactory.api.runtime.v1.StopContainerRequest;
import io.vmfactory.api.runtime.v1.SuspendSandboxRequest;
import io.vmfactory.api.runtime.v1.SuspendSandboxResponse;
import io.vmfactory.api.runtime.v1.WatchContainerRequest;
import io.vmfactory.configs.time.Deadline;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A client of the runtime service, which keeps containers that outlive their client. Thread-safe.
 * Calls block; do not make them on an event loop. Every call throws {@link FactoryException} on
 * failure and {@code CancelledException} when interrupted.
 */
public final class ContainerCalls implements AutoCloseable {
  private final Vertx vertx;
  private final DaemonChannel channel;

  private ContainerCalls(Vertx vertx, DaemonChannel channel) {
    this.vertx = vertx;
    this.channel = channel;
  }

  /**
   * Returns a client with its own event loop. If the service does not run, and systemd can start
   * it, waits until it serves.
   *
   * @param socket {@code RuntimeConfig.serviceSocket()}
   */
  public static ContainerCalls open(Path socket) {
    ServiceWakeUp.await(socket);
    Vertx vertx = EventLoops.small();
    return new ContainerCalls(
        vertx, new DaemonChannel(vertx, socket, GrpcFailures.Server.RUNTIME_SERVICE));
  }

  /** Creates a container. The same request again returns the same container. */
  public Container create(CreateContainerRequest request, Deadline deadline) {
    return channel.unary(RuntimeGrpcClient.CreateContainer, request, deadline).getContainer();
  }

  /** Starts a container: CREATED to RUNNING. */
  public Container start(String namespace, String id, Deadline deadline) {
    StartContainerRequest request =
        StartContainerRequest.newBuilder().setNamespace(namespace).setId(id).build();
    return channel.unary(RuntimeGrpcClient.StartContainer, request, deadline).getContainer();
  }

  /** Stops a container: SIGTERM, after {@code grace} SIGKILL. Returns it when it has stopped. */
  public Container stop(String namespace, String id, Duration grace, Deadline deadline) {
    StopContainerRequest request =
        StopContainerRequest.newBuilder()
            .setNamespace(namespace)
            .setId(id)
            .setGraceMillis(grace.toMillis())
            .build();
    return channel.unary(RuntimeGrpcClient.StopContainer, request, deadline).getContainer();
  }

  /** Sends a signal to the first process of a container, or to all of its processes. */
  public void signal(String namespace, String id, int signal, boolean all, Deadline deadline) {
    SignalContainerRequest request =
        SignalContainerRequest.newBuilder()
            .setNamespace(namespace)
            .setId(id)
            .setSignal(signal)
            .setAll(all)
            .build();
    channel.unary(RuntimeGrpcClient.SignalContainer, request, deadline);
  }

  /**
   * Stores the VM of a sandbox on disk whose container the service keeps.
   *
   * @param ttl how long it may stay so; null for the VM daemon's default
   */
  public SuspendSandboxResponse suspend(String sandbox, @Nullable Duration ttl, Deadline deadline) {
    SuspendSandboxRequest request =
        SuspendSandboxRequest.newBuilder().setSandbox(sandbox).setTtlMillis(millis(ttl)).build();
    return channel.unary(RuntimeGrpcClient.SuspendSandbox, request, deadline);
  }

  /**
   * Lets the VM of a sandbox run again that was suspended or paused.
   *
   * @param ttl duration of its lease from now on; null for the one that it had
   */
  public void resume(String sandbox, @Nullable Duration ttl, Deadline deadline) {
    ResumeSandboxRequest request =
        ResumeSandboxRequest.newBuilder().setSandbox(sandbox).setLeaseMillis(millis(ttl)).build();
    channel.unary(RuntimeGrpcClient.ResumeSandbox, request, deadline);
  }

  /**
   * Returns what the wire has: 0 means the default, so a duration of 0 is sent as one that is
   * refused.
   */
  private static long millis(@Nullable Duration ttl) {
    return ttl == null ? 0 : ttl.isZero() ? -1 : ttl.toMillis();
  }

  /** Removes a container, also one that has not stopped if {@code force}. */
  public Container delete(String namespace, String id, boolean force, Deadline deadline) {
    DeleteContainerRequest request =
        DeleteContainerRequest.newBuilder()
            .setNamespace(namespace)
            .setId(id)
            .setForce(force)
            .build();
    return channel.unary(RuntimeGrpcClient.DeleteContainer, request, deadline).getContainer();
  }

  /** Returns a container. */
  public Container get(String namespace, String id, Deadline deadline) {
    GetContainerRequest request =
        GetContainerRequest.newBuilder().setNamespace(namespace).setId(id).build();
    return channel.unary(RuntimeGrpcClient.GetContainer, request, deadline).getContainer();
  }

  /** Returns the containers of a namespace; of all namespaces if it is empty. */
  public List<Container> list(String namespace, Deadline deadline) {
    ListContainersRequest request =
        ListContainersRequest.newBuilder().setNamespace(namespace).build();
    return channel.unary(RuntimeGrpcClient.ListContainers, request, deadline).getContainersList();
  }

  /**
   * Watches a container.
   *
   * @param listener gets the container as it is now, and after each change of its state or output,
   *     on an event loop; must not block
   * @param deadline limits the subscribing, not how long the subscription lasts
   */
  public EventWatch watch(
      String namespace, String id, Consumer<Container> listener, Deadline deadline) {
    WatchContainerRequest request =
        WatchContainerRequest.newBuilder().setNamespace(namespace).setId(id).build();
    GrpcCall<Container> call =
        channel.start(RuntimeGrpcClient.WatchContainer, request, null, listener);
    channel.await(call, call.accepted(), deadline, "WatchContainer");
    return new EventWatch(call);
  }

  /**
   * Returns the next part of an output that is recorded; empty if there is none yet.
   *
   * @param position the position of the first byte wanted
   */
  public ReadOutputResponse read(
      String namespace, String id, OutputKind kind, long position, Deadline deadline) {
    ReadOutputRequest request =
        ReadOutputRequest.newBuilder()
            .setNamespace(namespace)
            .setId(id)
            .setKind(kind)
            .setPosition(position)
            .build();
    return channel.unary(RuntimeGrpcClient.ReadOutput, request, deadline);
  }

  @Override
  public void close() {
    channel.close();
    EventLoops.close(vertx);
  }
}
