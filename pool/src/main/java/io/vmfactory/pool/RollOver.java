package io.vmfactory.pool;

/** What becomes of the stock when what it is made from has been replaced. */
public enum RollOver {
  /** The stock stays good; only what replaces it is new. */
  ON_REPLENISH,
  /** Nothing older is handed out any more: the stock is disposed of at once and made anew. */
  RECREATE
}
