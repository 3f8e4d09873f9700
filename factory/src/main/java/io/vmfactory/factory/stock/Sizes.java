package io.vmfactory.factory.stock;

import io.vmfactory.configs.PoolConfig;
import io.vmfactory.configs.PoolConfig.Count;
import io.vmfactory.configs.PoolConfig.NamedPool;
import io.vmfactory.pool.Backoff;
import io.vmfactory.pool.PoolPolicy;
import io.vmfactory.pool.PoolSizing;
import io.vmfactory.pool.RollOver;
import io.vmfactory.pool.Upkeep;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The configuration in the terms of the pools.
 *
 * @param config the configuration
 * @param atOnce the most VMs of a pool that are made at once
 */
record Sizes(PoolConfig config, int atOnce) {
  /** Limit for making a VM: on a slow host a restore takes seconds. */
  private static final Duration LIMIT = Duration.ofSeconds(60);

  /** Spreads the examination and replacement of VMs that were made together. */
  private static final double SPREAD = 0.2;

  /** Returns these sizes with other numbers to keep; null = as before. */
  Sizes with(@Nullable Count warm, @Nullable Count shells) {
    PoolConfig other =
        config.withNumbers(
            warm == null ? config.warm() : warm, shells == null ? config.shells() : shells);
    return new Sizes(other, atOnce);
  }

  /**
   * Returns the sizes of a name that none were set for: as configured, or nothing.
   *
   * @param name as in {@link Kept}
   */
  Sizes ofName(String name) {
    NamedPool named = config.named().getOrDefault(name, NamedPool.NONE);
    return with(named.warm(), named.shells());
  }

  /** Whether the pools keep any VM. */
  boolean keepsAny() {
    PoolConfig.Fixed none = new PoolConfig.Fixed(0);
    return !config.warm().equals(none) || !config.shells().equals(none);
  }

  PoolPolicy warm() {
    return policy(config.warm(), config.upkeep().warmTtl(), examineWarm());
  }

  PoolPolicy shells() {
    return policy(config.shells(), Duration.ZERO, config.upkeep().healthInterval());
  }

  /** Returns a count in the form that a pool takes. */
  PoolSizing sizing(Count count) {
    if (count instanceof PoolConfig.Auto auto) {
      PoolConfig.Demand demand = config.demand();
      return new PoolSizing.Auto(auto.min(), auto.max(), demand.hitTarget(), demand.halfLife());
    }
    return PoolSizing.fixed(((PoolConfig.Fixed) count).count());
  }

  RollOver rollOver() {
    return switch (config.rollOver()) {
      case ON_REPLENISH -> RollOver.ON_REPLENISH;
      case RECREATE -> RollOver.RECREATE;
    };
  }

  private PoolPolicy policy(Count count, Duration maxAge, Duration examineEvery) {
    Upkeep upkeep = new Upkeep(maxAge, examineEvery, SPREAD);
    return new PoolPolicy(sizing(count), atOnce, LIMIT, Backoff.defaults(), upkeep);
  }

  /** A probe is part of an examination; if one is turned off, the other still takes place. */
  private Duration examineWarm() {
    Duration health = config.upkeep().healthInterval();
    Duration probe = config.upkeep().probeInterval();
    boolean probeFirst = health.isZero() || (!probe.isZero() && probe.compareTo(health) < 0);
    return probeFirst ? probe : health;
  }
}
