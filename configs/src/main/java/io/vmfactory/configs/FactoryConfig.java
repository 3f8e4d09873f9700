package io.vmfactory.configs;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * The {@code [factory]} table of the configuration.
 *
 * @param enableTemplate whether templates may be built and used
 * @param templatePath folder of the template store; by default {@code state_dir/templates}
 * @param templateCacheBytes bytes of memory that loaded templates may hold
 * @param routes names of the routes, in the order in which they are tried: WARM, SHELL, TEMPLATE,
 *     COLD
 * @param answerLimit how long an idle VM may take for an answer before it is given up
 */
public record FactoryConfig(
    boolean enableTemplate,
    Path templatePath,
    long templateCacheBytes,
    List<String> routes,
    Duration answerLimit) {
  public FactoryConfig {
    routes = List.copyOf(routes);
  }
}
