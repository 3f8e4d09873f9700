package io.vmfactory.vmm.qmp;

import io.vertx.core.Vertx;
import io.vertx.core.net.NetClient;
import java.nio.file.Path;
import java.util.concurrent.RejectedExecutionException;
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
   * Connects to the monitor behind {@code socket}. The session is of use once it is {@linkplain
   * QmpSession#greeted greeted}; QEMU serves one connection at a time and lets others wait. The
   * caller closes it, greeted or not: one that was given up would be the next to be served.
   *
   * @param listener told of events on the connection's event loop; must not block
   */
  public QmpSession connect(Path socket, Consumer<QmpEvent> listener) {
    QmpSession session = new QmpSession(listener);
    // On the event loop: a handler that is set from elsewhere can come after the greeting.
    try {
      vertx.getOrCreateContext().runOnContext(v -> session.connect(client, socket));
    } catch (RejectedExecutionException e) {
      session.unreachable(e); // The event loops have ended.
    }
    return session;
  }

  @Override
  public void close() {
    client.close();
  }
}
