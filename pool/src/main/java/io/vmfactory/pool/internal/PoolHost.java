package io.vmfactory.pool.internal;

import io.vmfactory.pool.PoolClock;
import java.util.concurrent.Executor;
import java.util.random.RandomGenerator;

/**
 * What a pool needs from its environment.
 *
 * @param clock time and timers
 * @param random source of jitter; used under the pool's lock only
 * @param effects runs the calls that an action wants made, after the lock is released; inline in
 *     production, step by step in tests that interleave
 */
public record PoolHost(PoolClock clock, RandomGenerator random, Executor effects) {}
