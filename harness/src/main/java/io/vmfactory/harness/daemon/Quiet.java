package io.vmfactory.harness.daemon;

import io.vmfactory.api.v1.Event;
import io.vmfactory.api.v1.GetStatusResponse;
import io.vmfactory.api.v1.Pool;
import io.vmfactory.client.DaemonCalls;
import io.vmfactory.client.EventWatch;
import io.vmfactory.client.FactoryClient;
import io.vmfactory.configs.time.Deadline;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Waits until a daemon is at rest: no lease, no waiting request, and every pool at its target with
 * nothing under way. Asks for the status again after each event, and only then.
 */
public final class Quiet {
  private final DaemonCalls daemon;
  private CompletableFuture<Void> next = new CompletableFuture<>();

  private Quiet(DaemonCalls daemon) {
    this.daemon = daemon;
  }

  /**
   * Waits until the daemon is at rest. Returns its status then.
   *
   * @throws io.vmfactory.configs.time.DeadlineExceededException if the deadline passes first; says
   *     what is still under way
   */
  public static GetStatusResponse await(FactoryClient client, Deadline deadline) {
    Quiet quiet = new Quiet(client.daemon());
    try (EventWatch watch = client.daemon().watch(quiet::heard, deadline)) {
      return quiet.atRest(watch, deadline);
    }
  }

  private GetStatusResponse atRest(EventWatch watch, Deadline deadline) {
    while (true) {
      CompletableFuture<Void> news = news();
      GetStatusResponse status = daemon.status(false, deadline);
      List<String> unrest = unrest(status);
      if (unrest.isEmpty()) {
        return status;
      }
      deadline.await(
          CompletableFuture.anyOf(news, watch.ended().toCompletableFuture()),
          "rest: " + String.join("; ", unrest));
    }
  }

  private synchronized CompletableFuture<Void> news() {
    next = new CompletableFuture<>();
    return next;
  }

  private synchronized void heard(Event event) {
    next.complete(null);
  }

  /** Returns what is under way, in words. */
  static List<String> unrest(GetStatusResponse status) {
    List<String> unrest = new ArrayList<>();
    if (status.getLeasesCount() > 0) {
      unrest.add(status.getLeasesCount() + " leases");
    }
    int turns = status.getRestores().getInFlight() + status.getRestores().getWaiting();
    if (turns > 0) {
      unrest.add(turns + " restores under way or waited for");
    }
    status.getPoolsList().stream().filter(pool -> !atRest(pool)).forEach(p -> unrest.add(told(p)));
    return unrest;
  }

  private static boolean atRest(Pool pool) {
    int underWay =
        pool.getAllocating() + pool.getClaimed() + pool.getDisposing() + pool.getWaiting();
    return underWay == 0 && ready(pool) == pool.getTarget();
  }

  /** Returns how many VMs are idle or under examination. */
  public static int ready(Pool pool) {
    return pool.getIdle() + pool.getProbing();
  }

  private static String told(Pool pool) {
    return "pool %s of %s has %d of %d, %d being made, %d claimed, %d going, %d waiting"
        .formatted(
            pool.getTier(),
            pool.getTemplateKey(),
            ready(pool),
            pool.getTarget(),
            pool.getAllocating(),
            pool.getClaimed(),
            pool.getDisposing(),
            pool.getWaiting());
  }
}
