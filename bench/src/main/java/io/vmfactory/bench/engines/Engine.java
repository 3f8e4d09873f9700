package io.vmfactory.bench.engines;

import java.util.List;

/**
 * A container engine with folders of its own, and with the image of {@link EngineImage}. Its
 * methods return command lines. Closing ends its containers.
 */
public interface Engine extends AutoCloseable {
  /** Returns the name of its command. */
  String name();

  /** Returns the runtime that takes VMs from the daemon. */
  EngineRuntime leased();

  /** Returns the runtime that boots each VM itself. */
  EngineRuntime direct();

  /** Returns runtimes without VMs that the host may have, the best one first. */
  List<EngineRuntime> floors();

  /**
   * Returns the command that runs a container in the foreground and removes it.
   *
   * @param id unique among the containers of this engine
   * @param words program and arguments in the container
   */
  List<String> run(EngineRuntime runtime, String id, List<String> words);

  /** Returns the command that starts a container and leaves it running. */
  List<String> start(EngineRuntime runtime, String id, List<String> words);

  @Override
  void close();
}
