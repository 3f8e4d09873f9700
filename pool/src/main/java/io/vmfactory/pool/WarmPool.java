package io.vmfactory.pool;

import io.vmfactory.configs.time.CancelledException;
import io.vmfactory.configs.time.Deadline;
import io.vmfactory.configs.time.DeadlineExceededException;
import io.vmfactory.pool.internal.PoolCore;
import io.vmfactory.pool.internal.PoolHost;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.random.RandomGenerator;

/**
 * A stock of values made ahead of demand, each claimed by at most one claimer and never returned
 * after use.
 *
 * <p><b>Claims.</b> The oldest value on stock goes to the claimer that has waited longest. Each
 * waiting claim asks for an allocation of its own beyond the wanted stock, so a pool of size zero
 * serves them too.
 *
 * <p><b>Refill.</b> Whatever leaves is replaced, a bounded number at a time. After a failed
 * allocation the pool backs off, then tries one at a time until one succeeds. A waiting claimer is
 * told of the failure only when nothing is under way and the next attempt is due after its
 * deadline; else it waits on, and if its time runs out the failure is the cause of that exception.
 *
 * <p><b>Threads.</b> Thread-safe; owns no thread. State changes in small actions under one lock;
 * allocator, expiry and waiting claimers are called outside it, on the thread that caused the
 * change. So what they run must not block, least of all on this pool.
 */
public final class WarmPool<T> {
  private final PoolCore<T> core;

  /**
   * A pool that serves claims but keeps no stock of its own before {@link #start}.
   *
   * @param name how messages call it
   * @param random jitter of back-off and upkeep; used under the pool's lock only
   */
  public WarmPool(
      String name,
      Allocator<T> allocator,
      Expiry<T> expiry,
      PoolPolicy policy,
      PoolClock clock,
      RandomGenerator random) {
    core =
        new PoolCore<>(name, allocator, expiry, policy, new PoolHost(clock, random, Runnable::run));
  }

  /** Begins to keep stock; once is enough. */
  public void start() {
    core.start();
  }

  /**
   * Calls {@code listener} each time the open pool comes to rest: as many on stock as are wanted,
   * nothing being made, held or disposed of, no claimer waiting. To be called once, before {@link
   * #start}.
   */
  public void whenSettled(Runnable listener) {
    core.whenSettled(listener);
  }

  /**
   * Puts a value on stock that was made elsewhere, such as in an earlier life of this program, and
   * belongs to the pool from now on. Before {@link #start}, so that no replacement for it is made.
   *
   * @param age time since it was made
   */
  public void adopt(T value, Duration age) {
    core.adopt(value, age);
  }

  /**
   * Claims from stock or not at all. Empty when the stock is, and when the pool is draining or
   * closed.
   */
  public Optional<Claim<T>> tryClaim() {
    return core.tryClaim();
  }

  /**
   * Claims, waiting until {@code deadline}.
   *
   * @return ends with the claim, or with a {@link PoolException}. To give up earlier, cancel this
   *     very future; if that fails the claim is there and is the caller's to end
   */
  public CompletableFuture<Claim<T>> claimLater(Deadline deadline) {
    return core.claim(deadline.remaining());
  }

  /**
   * Claims, blocking until {@code deadline}.
   *
   * @throws PoolException when it was not served
   * @throws CancelledException when the thread is interrupted; the flag stays set
   */
  public Claim<T> claim(Deadline deadline) {
    CompletableFuture<Claim<T>> claim = claimLater(deadline);
    try {
      return deadline.await(claim, core.name());
    } catch (DeadlineExceededException | CancelledException e) {
      if (claim.cancel(false)) {
        throw e instanceof CancelledException ? e : core.late();
      }
      // The pool was faster after all: its answer counts, be it a claim or a refusal.
      return deadline.await(claim, core.name());
    }
  }

  /** Changes how many to keep; surplus stock is disposed of, the oldest first. */
  public void resize(PoolSizing sizing) {
    core.resize(sizing);
  }

  /**
   * Keeps at most {@code most} from now on, whatever the sizing says; surplus stock is disposed of,
   * the oldest first. Waiting claims are served beyond it, as they are beyond any sizing. Replaces
   * the limit set before; {@link Integer#MAX_VALUE} lifts it.
   *
   * @param most zero or more
   * @param why who limits and what helps, for people; shown in {@link PoolStats.Aim#why} while the
   *     sizing wants more
   */
  public void limit(int most, String why) {
    Checks.that(most >= 0, "most must not be negative, is " + most);
    core.limit(most, why);
  }

  /**
   * Holds back refilling of stock, and examinations, until the result is closed. Waiting claimers
   * are still served.
   */
  public RefillPause pauseRefill() {
    return core.pauseRefill();
  }

  /** Begins a new generation: allocations that began before are superseded. */
  public void rollOver(RollOver how) {
    core.rollOver(how);
  }

  /**
   * Empties the pool and refuses claims until {@link #reopen}. Waiting claimers fail, claims not
   * yet ended stay valid.
   *
   * @return ends when the pool holds nothing; cancelled when it is reopened before
   */
  public CompletionStage<Void> drain() {
    return core.drain();
  }

  /** Fills and serves again after {@link #drain}; does nothing on an open or closed pool. */
  public void reopen() {
    core.reopen();
  }

  /**
   * Empties the pool for good. Idempotent.
   *
   * @return ends when every allocation, disposal and claim under way has ended
   */
  public CompletionStage<Void> close() {
    return core.close();
  }

  /** What it holds and did. */
  public PoolStats stats() {
    return core.stats();
  }
}
