package io.vmfactory.factory.app;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.factory.request.RequestException;

/**
 * One thing the daemon can be asked to do. Runs on a worker thread and may block; interrupting that
 * thread cancels it, and whatever it had begun is undone.
 *
 * @param <Q> what is asked
 * @param <R> what is answered
 */
@FunctionalInterface
public interface UseCase<Q, R> {
  /** Does it, or throws: see {@link RequestException} and the exceptions of the rooms below. */
  R run(Q request, Deadline deadline);
}
