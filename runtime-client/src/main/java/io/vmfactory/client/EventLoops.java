package io.vmfactory.client;

import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;

/** Event loops of a client's own. */
public final class EventLoops {
  private EventLoops() {}

  /** As few threads as do, and no cache of files, which a client that is killed would leave. */
  public static Vertx small() {
    FileSystemOptions noFiles =
        new FileSystemOptions().setFileCachingEnabled(false).setClassPathResolvingEnabled(false);
    return Vertx.vertx(
        new VertxOptions()
            .setEventLoopPoolSize(1)
            .setWorkerPoolSize(1)
            .setFileSystemOptions(noFiles));
  }
}
