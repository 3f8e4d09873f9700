package io.vmfactory.vmm.qmp;

import io.vertx.core.Vertx;
import io.vertx.core.net.NetClient;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/** Opens monitor connections. Closing it closes those that are still open. Thread-safe. */
public final class QmpClient implements AutoCloseable {
  private final Vertx vertx;
  private final NetClient client;

  public QmpClient(Vertx vertx) {
    this.vertx = vertx;
    this.client = vertx.createNetClient();
  }

  /**
   * Connects to the monitor behind {@code socket}; completes when QEMU has greeted.
   *
   * @param listener told of events on the connection's event loop; must not block
   */
  public CompletionStage<QmpSession> connect(Path socket, Consumer<QmpEvent> listener) {
    CompletableFuture<QmpSession> greeted = new CompletableFuture<>();
    QmpSession session = new QmpSession(listener, greeted);
    // On the event loop: a handler that is set from elsewhere can come after the greeting.
    vertx.getOrCreateContext().runOnContext(v -> session.connect(client, socket));
    return greeted;
  }

  @Override
  public void close() {
    client.close();
  }
}
