package io.vmfactory.bench.cases;

/** How thorough a run is. */
public enum Scale {
  /** With samples enough for what is said of them. */
  FULL,
  /** A look within minutes. */
  QUICK,
  /** Everything once, to see that it works; its figures say nothing. */
  SMOKE;

  /** The one of the three that is for this scale. */
  public <T> T pick(T full, T quick, T smoke) {
    return switch (this) {
      case FULL -> full;
      case QUICK -> quick;
      case SMOKE -> smoke;
    };
  }
}
