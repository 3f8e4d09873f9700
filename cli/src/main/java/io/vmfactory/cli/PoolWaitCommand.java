package io.vmfactory.cli;

import io.vmfactory.client.EventWatch;
import io.vmfactory.client.FactoryClient;
import io.vmfactory.configs.time.Deadline;
import io.vmfactory.configs.time.DeadlineExceededException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.ParentCommand;

/** {@code vmfactory pool wait} */
@Command(
    name = "wait",
    description = {
      "Returns as soon as every pool has as many VMs ready as it wants. Drained pools do not count.",
      "Waits 2 minutes unless --timeout says otherwise; then fails, and says which pools lack what."
    },
    footer = {
      "  vmfactory init && vmfactory pool wait && vmfactory get",
      "  vmfactory pool resize --warm 16 && vmfactory pool wait --timeout 5m"
    })
final class PoolWaitCommand implements Callable<Integer> {
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  /** What --timeout bounds is the filling; each call on the way has this. */
  private static final Duration ANSWER = Duration.ofSeconds(30);

  @ParentCommand private PoolCommand pool;
  @Mixin private PoolCommand.Options options;

  @Override
  public Integer call() {
    Duration timeout = pool.root().timeout();
    Duration limit = timeout == null ? PATIENCE : timeout;
    PoolChanges changes = new PoolChanges();
    try (FactoryClient client = FactoryClient.open(pool.root().socket());
        EventWatch watch = client.daemon().watch(changes::told, Deadline.after(ANSWER))) {
      watch.ended().whenComplete((nothing, failure) -> changes.over());
      List<Json> filled = await(changes, limit);
      options.show(pool.root(), Json.object().with("pools", Json.array(filled)));
    }
    return Exit.OK.code();
  }

  private List<Json> await(PoolChanges changes, Duration limit) {
    Deadline deadline = Deadline.after(limit);
    while (true) {
      // Asked for before the status, so that no change between the two is missed.
      CompletionStage<Void> change = changes.next();
      List<Json> pools = pools();
      List<Json> lacking = pools.stream().filter(p -> !isFilled(p)).toList();
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

  private List<Json> pools() {
    Factory factory = new Factory(new HttpJson(pool.root().socket(), ANSWER));
    List<Json> all = factory.status(false).list("pools");
    if (all.isEmpty()) {
      throw new CliException(
          Exit.FAILURE,
          "there is no pool to wait for: no usable template of the configured kind",
          "make one with: vmfactory init");
    }
    return PoolChoice.of(all, options.template());
  }

  private static boolean isFilled(Json pool) {
    return !pool.text("phase").equals("OPEN") || ready(pool) >= pool.number("target");
  }

  private static long ready(Json pool) {
    return pool.number("idle") + pool.number("probing");
  }

  private static CliException tooLate(List<Json> lacking, Duration limit) {
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
