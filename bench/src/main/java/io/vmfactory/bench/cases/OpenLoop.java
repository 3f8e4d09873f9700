package io.vmfactory.bench.cases;

import io.vmfactory.bench.cases.Arrival.Served;
import io.vmfactory.client.FactoryException;
import io.vmfactory.client.VmHandle;
import io.vmfactory.configs.time.Deadline;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Makes requests at given times, whether or not earlier ones have been served. Each VM is kept for
 * a while and then released.
 */
final class OpenLoop implements AutoCloseable {
  /** Time before the first request, in which everything is set up. */
  private static final Duration LEAD = Duration.ofMillis(50);

  private final ExecutorService customers;
  private final ExecutorService leavers;
  private final Queue<CompletableFuture<Void>> leaving = new ConcurrentLinkedQueue<>();
  private final Supplier<VmHandle> request;
  private final Duration hold;

  /**
   * @param atOnce most requests under way; further ones wait, and their wait counts
   * @param hold how long each VM is kept
   */
  OpenLoop(Supplier<VmHandle> request, int atOnce, Duration hold) {
    this.request = request;
    this.hold = hold;
    customers = Executors.newFixedThreadPool(atOnce);
    leavers = Executors.newFixedThreadPool(atOnce);
  }

  /**
   * Makes the requests; returns when every VM has been released.
   *
   * @param at times of the requests, in nanoseconds from the beginning
   */
  List<Arrival> run(List<Long> at, Deadline end) {
    long start = System.nanoTime() + LEAD.toNanos();
    List<CompletableFuture<Arrival>> coming =
        at.stream().map(after -> arrive(start + after)).toList();
    List<Arrival> all =
        coming.stream().map(one -> end.await(one, "a request to be answered")).toList();
    leaving.forEach(one -> end.await(one, "a VM to be released"));
    return all;
  }

  private CompletableFuture<Arrival> arrive(long intended) {
    return CompletableFuture.supplyAsync(
        () -> serve(intended), after(intended - System.nanoTime(), customers));
  }

  private Arrival serve(long intended) {
    long begun = System.nanoTime();
    Served served;
    try {
      VmHandle vm = request.get();
      served = new Served(true, vm.granted().getRoute().name());
      leaving.add(CompletableFuture.runAsync(vm::close, after(hold.toNanos(), leavers)));
    } catch (FactoryException e) {
      served = new Served(false, e.code().name());
    }
    return new Arrival(intended, begun, System.nanoTime(), served);
  }

  private static Executor after(long nanos, Executor executor) {
    return CompletableFuture.delayedExecutor(nanos, TimeUnit.NANOSECONDS, executor);
  }

  @Override
  public void close() {
    customers.shutdownNow();
    leavers.shutdownNow();
  }
}
