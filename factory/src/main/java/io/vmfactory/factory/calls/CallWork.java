package io.vmfactory.factory.calls;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.factory.request.Peer;
import java.util.function.Consumer;

/**
 * The work of a call between its request and its last reply. Runs on a worker thread and may block.
 *
 * @param <Q> request message
 * @param <P> reply message
 */
@FunctionalInterface
public interface CallWork<Q, P> {
  /**
   * Does the work. If interrupted, undoes it and throws.
   *
   * @param client who asks
   * @param progress takes replies that come before the last one
   * @return the last reply
   */
  P run(Peer client, Q request, Deadline deadline, Consumer<P> progress);
}
