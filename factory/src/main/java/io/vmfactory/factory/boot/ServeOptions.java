package io.vmfactory.factory.boot;

import org.jspecify.annotations.Nullable;

/**
 * How a daemon ends.
 *
 * @param keepVms whether leased VMs keep running when it stops
 * @param endsWith pid of a process after whose end it stops, with its VMs; null = none
 */
public record ServeOptions(boolean keepVms, @Nullable Integer endsWith) {
  /** Returns the request to stop that these options make, and begins to wait for it. */
  public StopSignal signal() {
    StopSignal stop = new StopSignal(keepVms);
    stop.listen();
    if (endsWith != null) {
      stop.follow(endsWith);
    }
    return stop;
  }
}
