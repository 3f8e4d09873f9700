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
 * A stock of values made ahead of demand. At most one claimer gets each value, and no value comes
 * back after use.
 *
 * <p><b>Claims.</b> The claimer that has waited longest gets the oldest value in stock. Each
 * waiting claim asks for an allocation of its own beyond the wanted stock, so a pool of size zero
 * serves claims too.
 *
 * <p><b>Refill.</b> Every value that leaves is replaced, a bounded number at a time. After a failed
 * allocation the pool backs off, then tries one allocation at a time until one succeeds. A waiting
 * claimer fails only if no allocation is under way and the next one is due after its deadline.
 * Otherwise it goes on waiting; if its deadline passes, the failed allocation is the cause of its
 * exception.
 *
 * <p><b>Threads.</b> Thread-safe; owns no thread. State changes in small actions under one lock.
 * Allocator, expiry and waiting claimers are called outside the lock, on the thread that caused the
 * change. So the code they run must not block, least of all on this pool.
 */
public final class WarmPool<T> {
  private final PoolCore<T> core;

  /**
   * Makes a pool that serves claims, but keeps no stock before {@link #start}.
   *
   * @param name name of the pool in messages
   * @param random source of jitter for back-off and upkeep; used under the pool's lock only
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

  /** Begins to keep stock. Called once. */
  public void start() {
    core.start();
  }

  /**
   * Runs {@code listener} each time the open pool has come to rest: as many values in stock as are
   * wanted, no value being made, held or disposed of, no claimer waiting. Called once, before
   * {@link #start}.
   */
  public void whenSettled(Runnable listener) {
    core.whenSettled(listener);
  }

  /**
   * Puts a value in stock that was made elsewhere, such as in an earlier run of this program. From
   * now on it belongs to the pool. Called before {@link #start}, so that no replacement for it is
   * made.
   *
   * @param age time since the value was made
   */
  public void adopt(T value, Duration age) {
    core.adopt(value, age);
  }

  /**
   * Returns a claim on a value in stock; empty if the stock is empty or the pool is draining or
   * closed.
   */
  public Optional<Claim<T>> tryClaim() {
    return core.tryClaim();
  }

  /**
   * Claims a value and waits for it until {@code deadline}.
   *
   * @return ends with the claim, or with a {@link PoolException}. To give up earlier, cancel this
   *     very future; if the cancellation fails, the claim exists and the caller must end it
   */
  public CompletableFuture<Claim<T>> claimLater(Deadline deadline) {
    return core.claim(deadline.remaining());
  }

  /**
   * Claims a value and blocks until {@code deadline}.
   *
   * @throws PoolException if the claim was not served
   * @throws CancelledException if the thread is interrupted; the interrupt flag stays set
   */
  public Claim<T> claim(Deadline deadline) {
    CompletableFuture<Claim<T>> claim = claimLater(deadline);
    try {
      return deadline.await(claim, core.name());
    } catch (DeadlineExceededException | CancelledException e) {
      if (claim.cancel(false)) {
        throw e instanceof CancelledException ? e : core.late();
      }
      // The pool answered before the cancellation: its answer counts, whether claim or refusal.
      return deadline.await(claim, core.name());
    }
  }

  /** Changes how many values to keep; disposes of surplus stock, the oldest first. */
  public void resize(PoolSizing sizing) {
    core.resize(sizing);
  }

  /**
   * Keeps at most {@code most} values from now on, whatever the sizing says; disposes of surplus
   * stock, the oldest first. Waiting claims are still served beyond the limit, as they are beyond
   * any sizing. Replaces the previous limit; {@link Integer#MAX_VALUE} removes it.
   *
   * @param most zero or more
   * @param why who set the limit and what helps, for people; shown in {@link PoolStats.Aim#why}
   *     while the sizing wants more
   */
  public void limit(int most, String why) {
    Checks.that(most >= 0, "most must not be negative, is " + most);
    core.limit(most, why);
  }

  /**
   * Pauses refill of the stock, and examinations, until the result is closed. Waiting claimers are
   * still served.
   */
  public RefillPause pauseRefill() {
    return core.pauseRefill();
  }

  /** Begins a new generation: values whose allocation began before are superseded. */
  public void rollOver(RollOver how) {
    core.rollOver(how);
  }

  /**
   * Empties the pool and refuses claims until {@link #reopen}. Waiting claimers fail; claims that
   * have not ended stay valid.
   *
   * @return ends when the pool holds no value; cancelled if the pool is reopened first
   */
  public CompletionStage<Void> drain() {
    return core.drain();
  }

  /**
   * Fills the pool and serves claims again after {@link #drain}; no effect on an open or closed
   * pool.
   */
  public void reopen() {
    core.reopen();
  }

  /**
   * Empties the pool for good. Idempotent.
   *
   * @return ends when every allocation, disposal and claim has ended
   */
  public CompletionStage<Void> close() {
    return core.close();
  }

  /** Returns a consistent snapshot of what the pool holds and has done. */
  public PoolStats stats() {
    return core.stats();
  }
}
