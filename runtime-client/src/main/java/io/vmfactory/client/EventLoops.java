package io.vmfactory.client;

import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;

/** Creates event loops for clients. */
public final class EventLoops {
  private EventLoops() {}

  /**
   * Returns event loops with as few threads as possible and without a file cache, which a killed
   * client would leave behind.
   */
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
