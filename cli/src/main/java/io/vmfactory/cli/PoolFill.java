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

/** Waits until pools have what they want: looks at them, then again whenever an event says so. */
final class PoolFill {
  /** For each call on the way; how long the filling may take is another matter. */
  private static final Duration ANSWER = Duration.ofSeconds(30);

  private final Factory factory;
  private final @Nullable String template;
  private final PoolChanges changes = new PoolChanges();

  /**
   * @param socket the daemon's
   * @param template whose pools; null = all
   */
  PoolFill(Path socket, @Nullable String template) {
    this.factory = new Factory(new HttpJson(socket, ANSWER));
    this.template = template;
  }

  /**
   * Returns the pools as soon as every open one has what it wants.
   *
   * @param client of the same daemon
   * @throws CliException when that has not come about within {@code limit}, when there is no pool,
   *     when the daemon ends
   */
  List<JsonValue> await(FactoryClient client, Duration limit) {
    try (EventWatch watch = client.daemon().watch(changes::told, Deadline.after(ANSWER))) {
      watch.ended().whenComplete((nothing, failure) -> changes.over());
      return await(limit);
    }
  }

  private List<JsonValue> await(Duration limit) {
    Deadline deadline = Deadline.after(limit);
    while (true) {
      // Asked for before the status, so that no change between the two is missed.
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
          "there is no pool to wait for: no usable template of the configured kind",
          "make one with: vmfactory init");
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
        "the pools were not filled within %s: %s".formatted(Show.span(limit), what),
        "vmfactory pool list tells what is in the way");
  }
}
