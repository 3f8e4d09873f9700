package io.vmfactory.scripted;

import io.vmfactory.configs.time.Deadline;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/** The failures of a scripted room: at a step, an exception or a wait without end. */
public final class Faults<S extends Enum<S>> {
  private final Map<S, RuntimeException> failures = new ConcurrentHashMap<>();
  private final Map<S, CompletableFuture<Void>> reached = new ConcurrentHashMap<>();
  private final CompletableFuture<Void> open = new CompletableFuture<>();

  /** Fails {@code step} from now on. */
  public void failAt(S step, RuntimeException failure) {
    failures.put(step, failure);
  }

  /** Ends all failures. */
  public void heal() {
    failures.clear();
  }

  /**
   * Hangs {@code step} from now until {@link #letGo}. The result completes when a caller reaches
   * the step.
   */
  public CompletableFuture<Void> hangAt(S step) {
    return reached.computeIfAbsent(step, s -> new CompletableFuture<>());
  }

  /** Releases every hanging step. */
  public void letGo() {
    open.complete(null);
  }

  void play(S step, Deadline deadline) {
    CompletableFuture<Void> gate = reached.get(step);
    if (gate != null) {
      gate.complete(null);
      deadline.await(open, "scripted " + step);
    }
    RuntimeException failure = failures.get(step);
    if (failure != null) {
      throw failure;
    }
    deadline.check("scripted " + step);
  }
}
