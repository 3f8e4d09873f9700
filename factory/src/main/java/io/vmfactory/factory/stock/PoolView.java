package io.vmfactory.factory.stock;

import io.vmfactory.configs.PoolConfig.Count;
import io.vmfactory.factory.observe.Observer.Tier;
import io.vmfactory.pool.PoolStats;
import io.vmfactory.template.TemplateKey;

/**
 * One pool as status shows it.
 *
 * @param template whose clones it keeps
 * @param tier what it keeps
 * @param size how many it shall keep, as configured or resized
 * @param stats what it holds and did
 * @param memory what its idle VMs take
 */
public record PoolView(
    TemplateKey template, Tier tier, Count size, PoolStats stats, Memory memory) {
  /**
   * Memory of a pool's idle VMs, as last measured.
   *
   * @param privateKib their own, KiB
   * @param sharedKib what they share with others of their template, summed over the VMs, KiB
   */
  public record Memory(long privateKib, long sharedKib) {
    /** Nothing measured. */
    public static final Memory NONE = new Memory(0, 0);
  }
}
