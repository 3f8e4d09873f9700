package io.vmfactory.client;

import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import io.vmfactory.configs.time.Deadline;
import io.vmfactory.configs.time.DeadlineExceededException;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Creates event loops for clients. */
public final class EventLoops {
  private static final Logger LOG = LoggerFactory.getLogger(EventLoops.class);

  /** Connections end in milliseconds. */
  private static final Duration LIMIT = Duration.ofSeconds(10);

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

  /**
   * Closes event loops. Returns also if they do not say in time that they have ended, which has
   * been seen when calls were made at the same moment.
   */
  public static void close(Vertx loops) {
    try {
      Deadline.after(LIMIT).await(loops.close().toCompletionStage(), "event loops to end");
    } catch (DeadlineExceededException e) {
      LOG.warn("{}", e.getMessage());
    }
  }
}
