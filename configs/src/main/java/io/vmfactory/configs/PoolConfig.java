package io.vmfactory.configs;

import java.time.Duration;

/**
 * {@code [pool]}: the VMs kept ready ahead of demand.
 *
 * @param warm VMs per template that are up, unique and stopped
 * @param shells processes per template that wait with the template's memory mapped
 * @param bounds what an auto number of warm VMs has unless asked for otherwise
 * @param demand how demand is foreseen where a number is {@link Auto}
 * @param memoryBudgetBytes private memory, measured, that all idle VMs together may hold
 * @param upkeep ageing and examination of idle VMs
 * @param rollOver what becomes of idle VMs when their template is rebuilt
 * @param restoresAtOnce restores and boots in flight, customers' and the refill's together; 0 = the
 *     number of CPUs
 * @param maxWaiting requests that may wait for one of those
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
    int maxWaiting) {

  /** The same but for the numbers kept. */
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
        maxWaiting);
  }

  /** How many are kept. */
  public sealed interface Count {}

  /**
   * Always the same.
   *
   * @param count 0..4096
   */
  public record Fixed(int count) implements Count {}

  /**
   * As demand asks, see {@link Demand}.
   *
   * @param min fewest, 0..4096
   * @param max most, min..4096
   */
  public record Auto(int min, int max) implements Count {}

  /**
   * How demand is foreseen.
   *
   * @param hitTarget wanted chance that a request finds one ready, 0.5..0.9999
   * @param halfLife after this long, demand seen counts half
   */
  public record Demand(double hitTarget, Duration halfLife) {}

  /**
   * Care for idle VMs. Zero = never.
   *
   * @param warmTtl age at which a warm VM is replaced
   * @param healthInterval pause between two checks of one VM from outside
   * @param probeInterval pause between two that let the guest run and answer
   */
  public record Upkeep(Duration warmTtl, Duration healthInterval, Duration probeInterval) {}

  /** What becomes of idle VMs when their template is rebuilt. */
  public enum RollOver {
    /** They are handed out; their replacements come from the new template. */
    ON_REPLENISH("OnReplenish"),
    /** They are replaced at once. */
    RECREATE("Recreate");

    private final String word;

    RollOver(String word) {
      this.word = word;
    }

    /** As the configuration writes it. */
    public String word() {
      return word;
    }
  }
}
