package io.vmfactory.cli.engines;

/** The configuration file of an engine cannot be changed safely. */
public final class UnusableConfigException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public UnusableConfigException(String message) {
    super(message);
  }
}
