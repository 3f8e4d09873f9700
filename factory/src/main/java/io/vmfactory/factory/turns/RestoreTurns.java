package io.vmfactory.factory.turns;

import io.vmfactory.configs.time.CancelledException;
import io.vmfactory.configs.time.Deadline;
import io.vmfactory.configs.time.DeadlineExceededException;
import io.vmfactory.pool.PoolClock;
import java.time.Duration;
import java.util.EnumMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Limits how many VMs are restored or booted at the same time, or how many snapshots are stored.
 * Each of them keeps a CPU busy until it is done; with more at a time, none is ready sooner and
 * most are later. Customers go before refill; among equals, the first to ask goes first.
 *
 * <p>Thread-safe; owns no thread. The thread that gives a turn back answers the next waiter,
 * outside the lock. So the code that follows a turn must not run there: it hands its work to
 * another thread.
 */
public final class RestoreTurns {
  private static final Duration FIRST_GUESS = Duration.ofSeconds(1);

  private final int limit;
  private final int maxWaiting;
  private final PoolClock clock;
  private final Work work;
  private final MeanTime turnTime = new MeanTime(FIRST_GUESS);
  private final Map<Kind, Set<Waiter>> lines = new EnumMap<>(Kind.class);
  private final Map<Kind, Integer> taken = new EnumMap<>(Kind.class);
  private boolean closed;

  /** The purpose of a VM that is made, in the order of precedence. */
  public enum Kind {
    /** A request waits for the VM. */
    CUSTOMER,
    /** The VM is made ahead of demand, or examined. */
    REFILL
  }

  /** What the holder of a turn does, as errors say it. */
  public enum Work {
    MAKE_VM("a turn to make a VM", "are being made"),
    STORE_SNAPSHOT("a turn to store a snapshot", "are being stored");

    private final String turn;
    private final String underWay;

    Work(String turn, String underWay) {
      this.turn = turn;
      this.underWay = underWay;
    }
  }

  /**
   * Makes the limiter, with all turns free.
   *
   * @param limit most turns at the same time, 1 or more
   * @param maxWaiting most customers in the queue, 0 or more; refill limits its own number
   */
  public RestoreTurns(int limit, int maxWaiting, PoolClock clock, Work work) {
    if (limit < 1 || maxWaiting < 0) {
      throw new IllegalArgumentException("limit %d, waiting %d".formatted(limit, maxWaiting));
    }
    this.limit = limit;
    this.maxWaiting = maxWaiting;
    this.clock = clock;
    this.work = work;
    for (Kind kind : Kind.values()) {
      lines.put(kind, new LinkedHashSet<>());
    }
  }

  /**
   * Asks for a turn.
   *
   * @return ends with the turn, with a {@link TurnRefusedException}, or with a {@link
   *     DeadlineExceededException}. To give up earlier, cancel this very future; if the
   *     cancellation fails, the turn exists and the caller must close it
   */
  public CompletableFuture<Turn> enter(Kind kind, Deadline deadline) {
    Waiter waiter = new Waiter(kind);
    try {
      Turn free = takeOrLineUp(waiter, deadline);
      if (free != null) {
        return CompletableFuture.completedFuture(free);
      }
    } catch (TurnRefusedException e) {
      return CompletableFuture.failedFuture(e);
    }
    var unused =
        waiter.answer.whenComplete(
            (turn, failure) -> {
              if (failure != null) {
                leave(waiter);
              }
            });
    return waiter.answer;
  }

  /**
   * Waits for a turn and blocks until {@code deadline}.
   *
   * @throws TurnRefusedException if the turn is refused
   * @throws DeadlineExceededException if the deadline passes first
   * @throws CancelledException if the thread is interrupted; the interrupt flag stays set
   */
  public Turn await(Kind kind, Deadline deadline) {
    CompletableFuture<Turn> turn = enter(kind, deadline);
    try {
      return deadline.await(turn, work.turn);
    } catch (DeadlineExceededException | CancelledException e) {
      if (!turn.cancel(false)) {
        var unused = turn.thenAccept(Turn::close);
      }
      throw e;
    }
  }

  /** Gives no more turns and refuses those who wait. Turns already given stay valid. Idempotent. */
  public void close() {
    List<Waiter> last;
    synchronized (this) {
      closed = true;
      last = lines.values().stream().flatMap(Set::stream).toList();
    }
    last.forEach(waiter -> waiter.answer.completeExceptionally(closedNow()));
  }

  /** Returns a consistent snapshot. */
  public synchronized TurnStats stats() {
    return new TurnStats(
        limit,
        held(Kind.CUSTOMER),
        held(Kind.REFILL),
        line(Kind.CUSTOMER).size(),
        line(Kind.REFILL).size(),
        maxWaiting,
        turnTime.mean());
  }

  // Called with the lock held. Whenever the lock is free, every turn that can be given has been
  // given.

  private synchronized @Nullable Turn takeOrLineUp(Waiter waiter, Deadline deadline) {
    if (closed) {
      throw closedNow();
    }
    TurnStats now = stats();
    if (now.inFlight() < limit) {
      return taken(waiter.kind);
    }
    if (waiter.kind == Kind.CUSTOMER && now.customersWaiting() >= maxWaiting) {
      throw full(now);
    }
    line(waiter.kind).add(waiter);
    waiter.timer = clock.after(deadline.remaining(), () -> timeUp(waiter, deadline));
    return null;
  }

  private int held(Kind kind) {
    return taken.getOrDefault(kind, 0);
  }

  private Set<Waiter> line(Kind kind) {
    return Objects.requireNonNull(lines.get(kind)); // each kind has a line from the start
  }

  private Held taken(Kind kind) {
    taken.merge(kind, 1, Integer::sum);
    return new Held(kind);
  }

  private synchronized @Nullable Call called() {
    if (closed || stats().inFlight() == limit) {
      return null;
    }
    for (Set<Waiter> line : lines.values()) {
      if (!line.isEmpty()) {
        Waiter first = line.iterator().next();
        line.remove(first);
        first.timer.cancel();
        return new Call(first, taken(first.kind));
      }
    }
    return null;
  }

  // Called without the lock.

  private void callNext() {
    for (Call next; (next = called()) != null; ) {
      // The waiter gets the turn or the turn is given back, never both, however late the waiter
      // gave up.
      if (!next.waiter.answer.complete(next.turn)) {
        next.turn.forget();
      }
    }
  }

  private void timeUp(Waiter waiter, Deadline deadline) {
    TurnStats now = stats();
    waiter.answer.completeExceptionally(
        deadline.exceeded(
            "%s (%d %s, %d requests wait)"
                .formatted(work.turn, now.inFlight(), work.underWay, now.customersWaiting())));
  }

  private synchronized void leave(Waiter waiter) {
    if (line(waiter.kind).remove(waiter)) {
      waiter.timer.cancel();
    }
  }

  private TurnRefusedException full(TurnStats now) {
    Duration wait = now.expectedWait();
    return new TurnRefusedException(
        TurnRefusedException.Reason.FULL,
        ("%d requests already wait for %s, as many as may (max_waiting in the configuration), and"
                + " there are %d; try again in about %.1f s")
            .formatted(now.customersWaiting(), work.turn, limit, wait.toMillis() / 1000.0),
        wait);
  }

  private static TurnRefusedException closedNow() {
    return new TurnRefusedException(
        TurnRefusedException.Reason.CLOSED,
        "nothing more is made: the daemon is closing",
        Duration.ZERO);
  }

  /** A place in the queue. */
  private static final class Waiter {
    final Kind kind;
    final CompletableFuture<Turn> answer = new CompletableFuture<>();
    PoolClock.Timer timer = () -> {};

    Waiter(Kind kind) {
      this.kind = kind;
    }
  }

  private record Call(Waiter waiter, Held turn) {}

  /** A turn that was given, or is about to be. */
  private final class Held implements Turn {
    final Kind kind;
    private final long since = clock.nanos();
    private boolean given;

    Held(Kind kind) {
      this.kind = kind;
    }

    @Override
    public void close() {
      if (giveBack(true)) {
        callNext();
      }
    }

    /** Gives the turn back unused without serving the next waiter; the caller does that. */
    void forget() {
      giveBack(false);
    }

    private boolean giveBack(boolean used) {
      synchronized (RestoreTurns.this) {
        if (given) {
          return false;
        }
        given = true;
        taken.merge(kind, -1, Integer::sum);
        if (used) {
          turnTime.add(clock.nanos() - since);
        }
        return true;
      }
    }
  }
}
