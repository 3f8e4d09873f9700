package io.vmfactory.bench.cases;

/** How thorough a run is. */
public enum Scale {
  /** Enough samples for every statement of the report. */
  FULL,
  /** A quick look within minutes. */
  QUICK,
  /** Everything once, only to see that it works; the figures mean nothing. */
  SMOKE;

  /** Returns the argument for this scale. */
  public <T> T pick(T full, T quick, T smoke) {
    return switch (this) {
      case FULL -> full;
      case QUICK -> quick;
      case SMOKE -> smoke;
    };
  }
}
