package io.vmfactory.scripted;

import io.vmfactory.configs.time.Deadline;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/** What goes wrong at which step of a scripted room: an exception, or a wait without end. */
public final class Faults<S extends Enum<S>> {
  private final Map<S, RuntimeException> failures = new ConcurrentHashMap<>();
  private final Map<S, CompletableFuture<Void>> reached = new ConcurrentHashMap<>();
  private final CompletableFuture<Void> open = new CompletableFuture<>();

  /** Fails {@code step} from now on. */
  public void failAt(S step, RuntimeException failure) {
    failures.put(step, failure);
  }

  /** Hangs {@code step}, from now until {@link #letGo}; the result completes when it is come to. */
  public CompletableFuture<Void> hangAt(S step) {
    return reached.computeIfAbsent(step, s -> new CompletableFuture<>());
  }

  /** Lets every hanging step go on. */
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
