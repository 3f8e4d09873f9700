package io.vmfactory.configs;

import java.nio.file.Path;
import java.util.List;

/**
 * {@code [factory]}
 *
 * @param enableTemplate whether templates may be built and used
 * @param templatePath the store; default {@code state_dir/templates}
 * @param templateCacheBytes memory that loaded templates may hold
 * @param routes names of routes in the order to try: WARM, SHELL, TEMPLATE, COLD
 */
public record FactoryConfig(
    boolean enableTemplate, Path templatePath, long templateCacheBytes, List<String> routes) {
  public FactoryConfig {
    routes = List.copyOf(routes);
  }
}
