package io.vmfactory.bench.engines;

import java.util.List;

/**
 * A runtime that an engine is asked to use.
 *
 * @param name for the reader of a report
 * @param options the engine's options that choose it
 * @param annotations options of the command that runs a container, for the runtime
 */
public record EngineRuntime(String name, List<String> options, List<String> annotations) {
  public EngineRuntime {
    options = List.copyOf(options);
    annotations = List.copyOf(annotations);
  }

  EngineRuntime(String name, List<String> options) {
    this(name, options, List.of());
  }

  /** Returns this runtime for containers with an annotation. */
  public EngineRuntime annotated(String key, String value) {
    return new EngineRuntime(name, options, List.of("--annotation", key + "=" + value));
  }
}
