package io.vmfactory.runtime.ttrpc;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;
import io.vertx.core.Vertx;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.SocketAddress;
import io.vertx.grpc.common.ServiceMethod;
import io.vmfactory.api.runtime.v1.ConnectNetworkRequest;
import io.vmfactory.api.runtime.v1.CreateContainerRequest;
import io.vmfactory.api.runtime.v1.DeleteContainerRequest;
import io.vmfactory.api.runtime.v1.ExecProcessRequest;
import io.vmfactory.api.runtime.v1.GetContainerRequest;
import io.vmfactory.api.runtime.v1.ListContainersRequest;
import io.vmfactory.api.runtime.v1.PauseContainerRequest;
import io.vmfactory.api.runtime.v1.ReadOutputRequest;
import io.vmfactory.api.runtime.v1.ResumeContainerRequest;
import io.vmfactory.api.runtime.v1.RuntimeGrpcService;
import io.vmfactory.api.runtime.v1.SignalContainerRequest;
import io.vmfactory.api.runtime.v1.StartContainerRequest;
import io.vmfactory.api.runtime.v1.StatContainerRequest;
import io.vmfactory.api.runtime.v1.StopContainerRequest;
import io.vmfactory.api.runtime.v1.UpdateContainerRequest;
import io.vmfactory.configs.ErrorText;
import io.vmfactory.configs.time.Deadline;
import io.vmfactory.factory.http.SocketFile;
import io.vmfactory.runtime.verbs.RuntimeVerbs;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.BiFunction;

/**
 * The socket for programs in C: the unary calls of vmfactory.runtime.v1 over ttRPC. Only root and
 * this process's user can reach it, by the modes of the socket and its folder.
 */
public final class EngineSocket implements AutoCloseable {
  private static final Duration LIMIT = Duration.ofSeconds(10);

  /** Calls at once; further ones wait. Most of the time, a call waits for a VM. */
  private static final int WORKERS = 32;

  private final SocketFile file;
  private final NetServer server;
  private final ExecutorService workers;

  /**
   * A call.
   *
   * @param parser reads its request
   * @param work does it; may block, and is interrupted when the client leaves
   */
  record Verb<Q extends MessageLite>(
      Parser<Q> parser, BiFunction<Q, Deadline, ? extends MessageLite> work) {
    MessageLite run(byte[] request, Deadline deadline) throws InvalidProtocolBufferException {
      return work.apply(parser.parseFrom(request), deadline);
    }
  }

  private EngineSocket(SocketFile file, NetServer server, ExecutorService workers) {
    this.file = file;
    this.server = server;
    this.workers = workers;
  }

  /**
   * Serves {@code verbs}. When this returns, clients can connect.
   *
   * @param limit deadline of calls without one
   */
  public static EngineSocket start(Vertx vertx, Path path, RuntimeVerbs verbs, Duration limit) {
    ExecutorService workers =
        Executors.newFixedThreadPool(
            WORKERS,
            task -> {
              Thread thread = new Thread(task, "engine");
              thread.setDaemon(true);
              return thread;
            });
    Map<String, Verb<?>> table = table(verbs);
    SocketFile file = new SocketFile(path, List.of());
    NetServer server = vertx.createNetServer();
    server.connectHandler(
        socket -> new EngineConnection(socket, table, workers, limit, verbs).open());
    try {
      Path bound = file.prepare();
      Deadline.after(LIMIT)
          .await(
              server
                  .listen(SocketAddress.domainSocketAddress(bound.toString()))
                  .toCompletionStage(),
              "the engines' socket to be bound");
      file.publish(bound);
      return new EngineSocket(file, server, workers);
    } catch (IOException e) {
      workers.shutdownNow();
      throw new UncheckedIOException("cannot serve on " + path + ": " + ErrorText.of(e), e);
    }
  }

  private static Map<String, Verb<?>> table(RuntimeVerbs verbs) {
    Map<String, Verb<?>> table = new HashMap<>();
    add(table, RuntimeGrpcService.CreateContainer, CreateContainerRequest.parser(), verbs::create);
    add(table, RuntimeGrpcService.ConnectNetwork, ConnectNetworkRequest.parser(), verbs::connect);
    add(table, RuntimeGrpcService.StartContainer, StartContainerRequest.parser(), verbs::start);
    add(table, RuntimeGrpcService.StopContainer, StopContainerRequest.parser(), verbs::stop);
    add(table, RuntimeGrpcService.PauseContainer, PauseContainerRequest.parser(), verbs::pause);
    add(table, RuntimeGrpcService.ResumeContainer, ResumeContainerRequest.parser(), verbs::resume);
    add(table, RuntimeGrpcService.SignalContainer, SignalContainerRequest.parser(), verbs::signal);
    add(table, RuntimeGrpcService.DeleteContainer, DeleteContainerRequest.parser(), verbs::delete);
    add(table, RuntimeGrpcService.ExecProcess, ExecProcessRequest.parser(), verbs::exec);
    add(table, RuntimeGrpcService.StatContainer, StatContainerRequest.parser(), verbs::stat);
    add(table, RuntimeGrpcService.UpdateContainer, UpdateContainerRequest.parser(), verbs::update);
    add(
        table,
        RuntimeGrpcService.GetContainer,
        GetContainerRequest.parser(),
        (q, d) -> verbs.get(q));
    add(
        table,
        RuntimeGrpcService.ListContainers,
        ListContainersRequest.parser(),
        (q, d) -> verbs.list(q));
    add(table, RuntimeGrpcService.ReadOutput, ReadOutputRequest.parser(), (q, d) -> verbs.read(q));
    return table;
  }

  private static <Q extends MessageLite> void add(
      Map<String, Verb<?>> table,
      ServiceMethod<Q, ?> method,
      Parser<Q> parser,
      BiFunction<Q, Deadline, ? extends MessageLite> work) {
    table.put(method.methodName(), new Verb<>(parser, work));
  }

  /** Closes every connection and removes the socket. */
  @Override
  public void close() {
    Deadline.after(LIMIT).await(server.close().toCompletionStage(), "the engines' socket");
    workers.shutdownNow();
    try {
      file.remove();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot remove " + file.path(), e);
    }
  }
}
