package io.vmfactory.bench.engines;

import java.util.List;

/**
 * A runtime that an engine is asked to use.
 *
 * @param name for the reader of a report
 * @param options the engine's options that choose it
 */
public record EngineRuntime(String name, List<String> options) {
  public EngineRuntime {
    options = List.copyOf(options);
  }
}
