package io.vmfactory.runtime.containers;

import io.vmfactory.configs.ErrorText;
import io.vmfactory.configs.time.Deadline;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Removes a container when the process ends that keeps it for containerd. */
final class KeeperWatch {
  private static final Logger log = LoggerFactory.getLogger(KeeperWatch.class);

  /** How long the removal may take. */
  private static final Duration LIMIT = Duration.ofMinutes(2);

  private KeeperWatch() {}

  static void begin(Keeping keeping, KeptContainer container, ContainerRecord.Keeper keeper) {
    var unused =
        StandIn.watch(keeping, keeper.identity())
            .thenRunAsync(() -> remove(container), keeping.ends());
  }

  private static void remove(KeptContainer container) {
    try {
      if (!container.isRemoved()) {
        log.info("container {}: removed, because its keeper has ended", container.name());
        container.delete(true, Deadline.after(LIMIT));
      }
    } catch (RuntimeException e) {
      log.warn("container {}: not removed: {}", container.name(), ErrorText.of(e));
    }
  }
}
