package io.vmfactory.configs;

import java.time.Duration;
import java.util.Map;

/**
 * The {@code [pool]} table of the configuration: the VMs that are kept ready ahead of demand.
 *
 * @param warm warm VMs kept per template: booted, made unique and stopped
 * @param shells shells kept per template: QEMU processes that have mapped the template's memory and
 *     wait
 * @param bounds fewest and most warm VMs where the number is {@link Auto} and names no bounds of
 *     its own
 * @param demand how demand is estimated where a number is {@link Auto}
 * @param memoryBudgetBytes bytes of private memory, as measured, that all idle VMs together may
 *     hold
 * @param upkeep ageing and examination of idle VMs
 * @param rollOver what happens to idle VMs when their template is rebuilt
 * @param restoresAtOnce restores and boots at the same time, for requests and refill together; 0
 *     means the number of CPUs
 * @param maxWaiting most requests that wait for a restore or boot to begin
 * @param named VMs kept of named templates, by name: the {@code [[pool.template]]} tables
 */
public record PoolConfig(
    Count warm,
    Count shells,
    Auto bounds,
    Demand demand,
    long memoryBudgetBytes,
    Upkeep upkeep,
    RollOver rollOver,
    int restoresAtOnce,
    int maxWaiting,
    Map<String, NamedPool> named) {
  public PoolConfig {
    named = Map.copyOf(named);
  }

  /**
   * The VMs that are kept of a named template.
   *
   * @param warm warm VMs
   * @param shells shells
   */
  public record NamedPool(Count warm, Count shells) {
    /** What is kept of a template that has no table. */
    public static final NamedPool NONE = new NamedPool(new Fixed(0), new Fixed(0));
  }

  /** Returns this configuration with other numbers of warm VMs and shells. */
  public PoolConfig withNumbers(Count otherWarm, Count otherShells) {
    return new PoolConfig(
        otherWarm,
        otherShells,
        bounds,
        demand,
        memoryBudgetBytes,
        upkeep,
        rollOver,
        restoresAtOnce,
        maxWaiting,
        named);
  }

  /** How many VMs of a kind are kept ready. */
  public sealed interface Count {}

  /**
   * A number that never changes.
   *
   * @param count 0..4096
   */
  public record Fixed(int count) implements Count {}

  /**
   * A number that follows demand, see {@link Demand}.
   *
   * @param min fewest, 0..4096
   * @param max most, min..4096
   */
  public record Auto(int min, int max) implements Count {}

  /**
   * How demand is estimated.
   *
   * @param hitTarget wanted probability that a request finds a VM ready, 0.5..0.9999
   * @param halfLife time after which past demand counts half
   */
  public record Demand(double hitTarget, Duration halfLife) {}

  /**
   * How idle VMs are looked after. A zero duration means never.
   *
   * @param warmTtl age at which a warm VM is replaced
   * @param healthInterval time between two checks of one VM from outside
   * @param probeInterval time between two checks that let the guest run and answer
   */
  public record Upkeep(Duration warmTtl, Duration healthInterval, Duration probeInterval) {}

  /** What happens to idle VMs when their template is rebuilt. */
  public enum RollOver {
    /** Idle VMs are still handed out; their replacements come from the new template. */
    ON_REPLENISH("OnReplenish"),
    /** Idle VMs are replaced at once. */
    RECREATE("Recreate");

    private final String word;

    RollOver(String word) {
      this.word = word;
    }

    /** Returns the word that the configuration file uses. */
    public String word() {
      return word;
    }
  }
}
