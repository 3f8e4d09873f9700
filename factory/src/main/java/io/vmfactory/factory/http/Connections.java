package io.vmfactory.factory.http;

import io.vertx.core.http.HttpConnection;

/** Prepares the connections that were admitted. */
public final class Connections {
  private Connections() {}

  /** Prepares {@code connection}, of which the first bytes were read, for its requests. */
  public static void prepare(HttpConnection connection) {
    Authority.normalise(connection);
    FrameBudget.limit(connection);
    Patience.watch(connection);
  }
}
