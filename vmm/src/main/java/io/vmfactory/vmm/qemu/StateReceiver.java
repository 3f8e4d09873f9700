package io.vmfactory.vmm.qemu;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetSocket;
import io.vertx.core.net.SocketAddress;
import io.vmfactory.configs.time.Deadline;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;

/** Listens on a UNIX socket and collects what one connection sends. */
final class StateReceiver implements AutoCloseable {
  private final CompletableFuture<byte[]> received = new CompletableFuture<>();
  private final NetServer server;

  StateReceiver(Vertx vertx, Path socket, Deadline deadline) {
    server = vertx.createNetServer().connectHandler(this::collect);
    var listening = server.listen(SocketAddress.domainSocketAddress(socket.toString()));
    deadline.await(listening.toCompletionStage(), "a socket for the device state");
  }

  private void collect(NetSocket sender) {
    Buffer all = Buffer.buffer();
    sender.handler(all::appendBuffer);
    sender.endHandler(v -> received.complete(all.getBytes()));
    sender.exceptionHandler(received::completeExceptionally);
  }

  /** Completes with all bytes when the sender has closed. */
  CompletableFuture<byte[]> received() {
    return received;
  }

  @Override
  public void close() {
    server.close();
  }
}
