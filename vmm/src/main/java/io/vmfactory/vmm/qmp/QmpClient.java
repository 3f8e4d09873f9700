package io.vmfactory.vmm.qmp;

import io.vmfactory.linux.StreamSockets;
import java.nio.file.Path;
import java.util.function.Consumer;

/** Opens monitor connections. Thread-safe. */
public final class QmpClient {
  private final StreamSockets sockets;

  /**
   * @param sockets makes the connections; not closed here
   */
  public QmpClient(StreamSockets sockets) {
    this.sockets = sockets;
  }

  /**
   * Connects to the monitor behind {@code socket}. The session accepts commands once it is
   * {@linkplain QmpSession#greeted greeted}. QEMU serves one connection at a time; others wait. The
   * caller must close every session, greeted or not: QEMU would serve an abandoned one next.
   *
   * @param listener gets events on the thread that reads the connection; must not block
   */
  public QmpSession connect(Path socket, Consumer<QmpEvent> listener) {
    QmpSession session = new QmpSession(listener);
    var unused =
        sockets
            .connectPatiently(socket)
            .whenComplete(
                (connected, failure) -> {
                  if (failure == null) {
                    session.over(connected);
                  } else {
                    session.unreachable(failure);
                  }
                });
    return session;
  }
}
