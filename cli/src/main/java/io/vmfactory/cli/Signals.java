package io.vmfactory.cli;

import java.util.function.IntConsumer;
import sun.misc.Signal;

/** Signals to this process. */
interface Signals {
  /**
   * From now on {@code handler} gets the number of signal {@code name} whenever it comes, on a
   * thread of its own, instead of what the signal does otherwise.
   *
   * @param name without SIG
   */
  void handle(String name, IntConsumer handler);

  /** Those of this process. SIGQUIT cannot be had: the JVM keeps it for itself. */
  static Signals ofThisProcess() {
    return (name, handler) ->
        Signal.handle(new Signal(name), signal -> handler.accept(signal.getNumber()));
  }
}
