package io.vmfactory.pool;

/** What happens to the stock when the thing that its values are made from was replaced. */
public enum RollOver {
  /** The stock stays good; only its replacements are new. */
  ON_REPLENISH,
  /** No older value is handed out any more: the stock is disposed of at once and made again. */
  RECREATE
}
