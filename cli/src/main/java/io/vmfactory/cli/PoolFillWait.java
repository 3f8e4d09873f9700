package io.vmfactory.cli;

import io.vmfactory.client.EventWatch;
import io.vmfactory.client.FactoryClient;
import io.vmfactory.configs.time.Deadline;
import io.vmfactory.configs.time.DeadlineExceededException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Waits until the pools are full. Checks them now and after each event that may have changed a
 * pool.
 */
final class PoolFillWait {
  /** The limit for each single call. The time to fill the pools is limited separately. */
  private static final Duration ANSWER = Duration.ofSeconds(30);

  private final DaemonHttp factory;
  private final @Nullable String template;
  private final PoolChanges changes = new PoolChanges();

  /**
   * @param socket the daemon's socket
   * @param template the template whose pools to wait for; null for all
   */
  PoolFillWait(Path socket, @Nullable String template) {
    this.factory = new DaemonHttp(new HttpJson(socket, ANSWER));
    this.template = template;
  }

  /**
   * Returns the pools as soon as each open pool has reached its target.
   *
   * @param client a client of the same daemon
   * @throws CliException if the pools are not full within {@code limit}, if there is no pool, or if
   *     the daemon ends
   */
  List<JsonValue> await(FactoryClient client, Duration limit) {
    try (EventWatch watch = client.daemon().watch(changes::accept, Deadline.after(ANSWER))) {
      watch.ended().whenComplete((nothing, failure) -> changes.over());
      return await(limit);
    }
  }

  private List<JsonValue> await(Duration limit) {
    Deadline deadline = Deadline.after(limit);
    while (true) {
      // Subscribe before the status is read, so that no change in between is missed.
      CompletionStage<Void> change = changes.next();
      List<JsonValue> pools = pools();
      List<JsonValue> lacking = pools.stream().filter(p -> !isFilled(p)).toList();
      if (lacking.isEmpty()) {
        return pools;
      }
      try {
        deadline.await(change, "the pools to change");
      } catch (DeadlineExceededException e) {
        throw tooLate(lacking, limit);
      }
    }
  }

  private List<JsonValue> pools() {
    List<JsonValue> all = factory.status(false).list("pools");
    if (all.isEmpty()) {
      throw new CliException(
          Exit.FAILURE,
          "there is no pool to wait for, because there is no usable template of the configured"
              + " kind",
          "build one with: vmfactory init");
    }
    return PoolChoice.of(all, template);
  }

  private static boolean isFilled(JsonValue pool) {
    return !pool.text("phase").equals("OPEN") || ready(pool) >= pool.number("target");
  }

  private static long ready(JsonValue pool) {
    return pool.number("idle") + pool.number("probing");
  }

  private static CliException tooLate(List<JsonValue> lacking, Duration limit) {
    String what =
        lacking.stream()
            .map(
                p ->
                    "%s of %s has %d of %d"
                        .formatted(
                            p.text("tier"),
                            Show.shortened(p.text("templateKey")),
                            ready(p),
                            p.number("target")))
            .collect(Collectors.joining(", "));
    return new CliException(
        Exit.FAILURE,
        "the pools are not full after %s: %s".formatted(Show.span(limit), what),
        "see vmfactory pool list for the cause");
  }
}
