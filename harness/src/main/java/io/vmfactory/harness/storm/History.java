package io.vmfactory.harness.storm;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.guest.GuestIdentity;
import io.vmfactory.harness.storm.Operation.Kind;
import io.vmfactory.harness.storm.Operation.Outcome;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** All operations of all actors, in the order in which they ended. Thread-safe. */
final class History {
  private final long origin = System.nanoTime();
  private final List<Operation> operations = new ArrayList<>();
  private final TreeMap<Integer, CompletableFuture<Void>> waiting = new TreeMap<>();
  private int begun;

  /** Records that an operation begins. The returned entry records how it ends. */
  Entry begin(String actor, Kind kind, Deadline deadline) {
    return new Entry(actor, kind, count(), now() + deadline.remaining().toNanos());
  }

  private synchronized long count() {
    begun++;
    Map<Integer, CompletableFuture<Void>> due = waiting.headMap(begun, true);
    List.copyOf(due.values()).forEach(future -> future.complete(null));
    due.clear();
    return now();
  }

  /** Returns how many operations have begun. */
  synchronized int begun() {
    return begun;
  }

  /** Completes when that many operations have begun since the history's begin. */
  synchronized CompletionStage<Void> whenBegun(int count) {
    return begun >= count
        ? CompletableFuture.completedFuture(null)
        : waiting.computeIfAbsent(count, c -> new CompletableFuture<>());
  }

  /** Returns all operations that have ended so far. */
  synchronized List<Operation> all() {
    return List.copyOf(operations);
  }

  private synchronized Operation add(Operation operation) {
    operations.add(operation);
    return operation;
  }

  private long now() {
    return System.nanoTime() - origin;
  }

  /** An operation under way. Confined to one thread; ended once. */
  final class Entry {
    private final String actor;
    private final Kind kind;
    private final long allowed;
    private long start;
    private String vm = "";
    private String lease = "";
    private Duration ttl = Duration.ZERO;
    private @Nullable GuestIdentity identity;
    private StoredTemplate template = StoredTemplate.NONE;

    private Entry(String actor, Kind kind, long start, long allowed) {
      this.actor = actor;
      this.kind = kind;
      this.start = start;
      this.allowed = allowed;
    }

    Entry vm(String id) {
      vm = id;
      return this;
    }

    Entry lease(String id, Duration lasting) {
      lease = id;
      ttl = lasting;
      return this;
    }

    /** Sets its begin to that of {@code earlier}, the operation whose effect it records. */
    Entry since(Operation earlier) {
      start = earlier.start();
      return this;
    }

    Entry identity(GuestIdentity seen) {
      identity = seen;
      return this;
    }

    Entry template(StoredTemplate which) {
      template = which;
      return this;
    }

    Operation end(Outcome outcome, String detail) {
      return add(
          new Operation(
              actor, kind, start, now(), allowed, outcome, vm, lease, ttl, identity, template,
              detail));
    }
  }
}
