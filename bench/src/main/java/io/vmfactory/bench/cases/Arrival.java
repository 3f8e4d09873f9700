package io.vmfactory.bench.cases;

/**
 * One request of an open loop and its result. Times are those of {@link System#nanoTime}.
 *
 * @param intended when it was due
 * @param begun when it was made: later than due if all threads were busy with other requests
 * @param ended when its reply arrived
 * @param served the route that served it, or why it was not served
 */
record Arrival(long intended, long begun, long ended, Served served) {
  private static final long NANOS_IN_MICRO = 1000;

  /**
   * How a request was served.
   *
   * @param ok whether there was a VM
   * @param word the route as the API names it, or the code of the failure
   */
  record Served(boolean ok, String word) {}

  /**
   * Returns the time from when the request was due until its reply, in microseconds. If the service
   * is slow for one customer, it is late for those behind; times that begin with the call leave
   * that out (coordinated omission).
   */
  long waitedMicros() {
    return (ended - intended) / NANOS_IN_MICRO;
  }

  /** Returns how long the call took, in microseconds. */
  long calledMicros() {
    return (ended - begun) / NANOS_IN_MICRO;
  }
}
