package io.vmfactory.runtime.grpc;

import io.vertx.core.Vertx;
import io.vertx.grpc.server.GrpcServer;
import io.vmfactory.api.runtime.v1.RuntimeGrpcService;
import io.vmfactory.configs.DaemonConfig;
import io.vmfactory.factory.calls.Calls;
import io.vmfactory.factory.grpc.Skin;
import io.vmfactory.factory.http.PeerCheck;
import io.vmfactory.factory.http.ServedSocket;
import io.vmfactory.factory.http.SocketFile;
import io.vmfactory.runtime.verbs.RuntimeVerbs;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/** The edge of the service, on one UNIX socket: gRPC with the service, health and reflection. */
public final class RuntimeSkin implements AutoCloseable {
  private final ServedSocket served;
  private final Calls calls;

  private RuntimeSkin(ServedSocket served, Calls calls) {
    this.served = served;
    this.calls = calls;
  }

  /**
   * Serves {@code verbs}. When this returns, clients can connect: root and this process's user.
   *
   * @param limits the number of workers, the deadline of calls without one, the limits of users
   */
  public static RuntimeSkin start(
      Vertx vertx, Path socket, DaemonConfig limits, RuntimeVerbs verbs) {
    Calls calls = Skin.calls(limits);
    GrpcServer grpc =
        Skin.server(vertx, RuntimeBinding.of(verbs, calls), RuntimeGrpcService.SERVICE_NAME, calls);
    PeerCheck peers = new PeerCheck(Set.of(), Set.of());
    try {
      SocketFile file = new SocketFile(socket, List.of());
      return new RuntimeSkin(ServedSocket.listen(vertx, file, peers, grpc), calls);
    } catch (RuntimeException e) {
      calls.close();
      throw e;
    }
  }

  /** Refuses new calls, and lets those under way finish for {@code grace}. */
  public void drain(Duration grace) {
    calls.drain(grace);
  }

  /** Closes every connection and removes the socket. */
  @Override
  public void close() {
    calls.close();
    served.close();
  }
}
