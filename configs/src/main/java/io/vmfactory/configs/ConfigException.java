package io.vmfactory.configs;

import java.util.List;

/**
 * Reports that a configuration cannot be used. The message has one line per problem, {@code
 * file:line: what is wrong}, so that all problems can be corrected at once.
 */
public final class ConfigException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public ConfigException(List<String> problems) {
    super(String.join("\n", problems));
  }
}
