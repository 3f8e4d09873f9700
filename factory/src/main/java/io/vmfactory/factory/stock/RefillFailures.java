package io.vmfactory.factory.stock;

import io.vmfactory.configs.time.CancelledException;
import io.vmfactory.factory.observe.Observer.Tier;
import io.vmfactory.factory.stock.StockWorkers.NoTurnException;
import io.vmfactory.pool.PoolClock;
import io.vmfactory.pool.PoolException;
import io.vmfactory.pool.PoolFailure;
import io.vmfactory.template.TemplateKey;
import java.time.Duration;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionException;

/**
 * Reports one pool's failures once for each run of them, so that a pool that fails for hours does
 * not push all others out of the list of failures. The pool's statistics count every failure.
 */
final class RefillFailures {
  /** A failure after a longer pause begins another run. This is longer than any back-off. */
  static final Duration SILENCE = Duration.ofMinutes(5);

  private static final Set<PoolException.Reason> ENDING =
      EnumSet.of(PoolException.Reason.DRAINING, PoolException.Reason.CLOSED);

  private final TemplateKey template;
  private final Tier tier;
  private final StockListener listener;
  private final PoolClock clock;
  private final Map<PoolFailure.Kind, Long> lastAt = new EnumMap<>(PoolFailure.Kind.class);
  private boolean failing;

  RefillFailures(TemplateKey template, Tier tier, StockListener listener, PoolClock clock) {
    this.template = template;
    this.tier = tier;
    this.listener = listener;
    this.clock = clock;
  }

  /** The name of the pool, for people. */
  String pool() {
    String what = tier == Tier.WARM ? "warm VMs" : "shells";
    return "the %s of template %s".formatted(what, template.shortened());
  }

  /** A VM was made. */
  void made() {
    if (becomes(false)) {
      listener.healed(template, tier);
    }
  }

  /** A VM could not be made. */
  void notMade(Throwable failure) {
    Throwable cause = cause(failure);
    if (!calledOff(cause) && becomes(true)) {
      listener.failing(template, tier, cause);
    }
    tell(PoolFailure.Kind.ALLOCATE, "", cause);
  }

  private synchronized boolean becomes(boolean failingNow) {
    boolean changed = failing != failingNow;
    failing = failingNow;
    return changed;
  }

  /** Reports a failure of that kind; a cancellation is no failure. */
  void tell(PoolFailure.Kind kind, String vmId, Throwable failure) {
    Throwable cause = cause(failure);
    if (!calledOff(cause) && beginsRun(kind)) {
      listener.failed(words(kind) + " " + pool(), vmId, cause);
    }
  }

  /** Returns what was thrown, without the wrappers of the stages that it went through. */
  static Throwable cause(Throwable failure) {
    return failure instanceof CompletionException && failure.getCause() != null
        ? failure.getCause()
        : failure;
  }

  private static boolean calledOff(Throwable cause) {
    return CancelledException.isCauseOf(cause)
        || cause instanceof NoTurnException
        || (cause instanceof PoolException refused && ENDING.contains(refused.reason()));
  }

  private synchronized boolean beginsRun(PoolFailure.Kind kind) {
    long now = clock.nanos();
    Long before = lastAt.put(kind, now);
    return before == null || now - before > SILENCE.toNanos();
  }

  private static String words(PoolFailure.Kind kind) {
    return switch (kind) {
      case ALLOCATE -> "refilling";
      case DISPOSE -> "ending a VM of";
      case PROBE -> "examining a VM of";
      case DIED -> "an idle VM of";
      case POISONED -> "waking a VM of";
    };
  }
}
