package io.vmfactory.bench.cases;

/**
 * What became of one request of an open loop. Times are of {@link System#nanoTime}.
 *
 * @param intended when it should have been made
 * @param begun when it was: later, when all who can make one were busy with others
 * @param ended when its reply was there
 * @param served by which route; else why not
 */
record Arrival(long intended, long begun, long ended, Served served) {
  private static final long NANOS_IN_MICRO = 1000;

  /**
   * @param ok whether there was a VM
   * @param word the route as the API names it, or the failure's code
   */
  record Served(boolean ok, String word) {}

  /**
   * What its customer waited, in microseconds: a service that is slow for one customer is late for
   * those behind. Times that begin with the call leave that out (coordinated omission).
   */
  long waitedMicros() {
    return (ended - intended) / NANOS_IN_MICRO;
  }

  /** What the call took, in microseconds. */
  long calledMicros() {
    return (ended - begun) / NANOS_IN_MICRO;
  }
}
