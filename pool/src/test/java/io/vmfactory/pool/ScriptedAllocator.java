package io.vmfactory.pool;

import io.vmfactory.configs.time.Deadline;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Makes, destroys and examines items when the test says so; counts everything. For one thread. */
final class ScriptedAllocator implements Allocator<Item>, Expiry<Item> {
  /** Allocations requested and not yet answered, oldest first. */
  final List<CompletableFuture<Item>> asked = new ArrayList<>();

  /** Disposals requested; they are answered at once unless {@link #holdDisposals} was called. */
  final List<Item> disposed = new ArrayList<>();

  final List<CompletableFuture<Void>> heldDisposals = new ArrayList<>();

  /** Examinations requested and not yet answered. */
  final Map<Item, CompletableFuture<Examination>> examined = new HashMap<>();

  final List<Expiry.Facts> facts = new ArrayList<>();
  final Map<Item, CompletableFuture<Void>> lives = new HashMap<>();
  int allocations;
  int made;
  boolean atOnce;
  boolean failAtOnce;
  boolean holdDisposals;

  @Override
  public CompletionStage<Item> allocate(Deadline limit) {
    allocations++;
    if (failAtOnce) {
      return CompletableFuture.failedFuture(new IllegalStateException("no luck"));
    }
    CompletableFuture<Item> stage = new CompletableFuture<>();
    if (atOnce) {
      stage.complete(new Item(made++));
    } else {
      asked.add(stage);
    }
    return stage;
  }

  @Override
  public CompletionStage<Void> dispose(Item item) {
    disposed.add(item);
    CompletableFuture<Void> stage = new CompletableFuture<>();
    if (holdDisposals) {
      heldDisposals.add(stage);
    } else {
      stage.complete(null);
    }
    return stage;
  }

  @Override
  public CompletionStage<Examination> examine(Item item, Facts known) {
    facts.add(known);
    return examined.computeIfAbsent(item, any -> new CompletableFuture<>());
  }

  @Override
  public CompletionStage<?> ended(Item item) {
    return lives.computeIfAbsent(item, any -> new CompletableFuture<>());
  }

  /** Ends the oldest allocation under way with success. */
  Item succeed() {
    Item item = new Item(made++);
    asked.remove(0).complete(item);
    return item;
  }

  /** Ends the oldest allocation under way with a failure. */
  void fail(String why) {
    asked.remove(0).completeExceptionally(new IllegalStateException(why));
  }

  /** Answers the examination of {@code item}. */
  void answer(Item item, Examination verdict) {
    examined.remove(item).complete(verdict);
  }
}
