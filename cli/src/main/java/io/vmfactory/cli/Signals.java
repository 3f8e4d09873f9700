package io.vmfactory.cli;

import java.util.function.IntConsumer;
import sun.misc.Signal;

/** Handles signals to this process. */
interface Signals {
  /**
   * Calls {@code handler} with the signal's number whenever signal {@code name} arrives, on a
   * separate thread. The default action of the signal no longer applies.
   *
   * @param name the name without SIG
   */
  void handle(String name, IntConsumer handler);

  /** Returns the signals of this process. SIGQUIT is not available, because the JVM uses it. */
  static Signals ofThisProcess() {
    return (name, handler) ->
        Signal.handle(new Signal(name), signal -> handler.accept(signal.getNumber()));
  }
}
