package io.vmfactory.factory.stock;

import io.vmfactory.configs.PoolConfig.Count;
import io.vmfactory.factory.observe.Observer.Tier;
import io.vmfactory.pool.PoolStats;
import io.vmfactory.template.TemplateKey;

/**
 * One pool as status shows it.
 *
 * @param template the template whose clones it keeps
 * @param label the template's name and version; empty if it has no name
 * @param tier what it keeps
 * @param size number of VMs to keep, as configured or resized
 * @param stats what it holds and did
 * @param memory memory of its idle VMs
 */
public record PoolView(
    TemplateKey template, String label, Tier tier, Count size, PoolStats stats, Memory memory) {
  /**
   * Memory of a pool's idle VMs, as last measured.
   *
   * @param privateKib memory of their own, KiB
   * @param sharedKib memory that they share with other VMs, summed over the VMs, KiB
   */
  public record Memory(long privateKib, long sharedKib) {
    /** No memory. */
    public static final Memory NONE = new Memory(0, 0);
  }
}
