package io.vmfactory.guest;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.configs.time.WallClock;
import java.util.concurrent.CompletionStage;

/**
 * The agent inside one guest, over one connection. Several threads may make calls at once; each
 * waits for its own answer. A broken connection fails all current and later calls.
 *
 * <p>Every method throws {@link GuestException} when the agent refuses or the connection breaks,
 * and {@code DeadlineExceededException} when the answer does not come in time.
 */
public interface GuestAgent extends ContainerHost, AutoCloseable {
  /** A request that has been sent and whose answer has not been waited for yet. */
  interface Answer {
    /**
     * Waits for the answer until the deadline of the request. Call it at most once. An answer that
     * is not waited for is dropped when it arrives.
     */
    void await();
  }

  /** Waits until the agent reports SERVING. */
  default void awaitServing(Deadline deadline) {
    askServing(deadline).await();
  }

  /**
   * Asks the agent whether it is SERVING. Returns when the question has been sent. The guest need
   * not run yet: the question waits in the VMM.
   *
   * @return succeeds when the agent reports SERVING
   */
  Answer askServing(Deadline deadline);

  /** Returns the agent's version and features. */
  GuestDetails details(Deadline deadline);

  /**
   * Runs the uniqueness gate: sends entropy and names, then the clock; the guest acknowledges each.
   * When this returns, the guest has all of them. If it throws, the guest must not be used.
   *
   * @return how many commands the guest has for {@link GuestHooks#runRegistered}; if there are any
   *     after a restore, the caller runs them before it uses the guest
   */
  GuestHooks.Due makeUnique(Uniqueness unique, Deadline deadline);

  /**
   * Starts to wake a guest that was made unique earlier and has been stopped since. Sends the
   * clock, and the hostname if one is given, in one write. If this connection has had no answer
   * yet, a Check precedes them. Returns when all are sent: they wait in the VMM, and the guest
   * finds them as soon as it runs. The caller lets the guest run next, then waits for the answer.
   * If the answer fails, the guest must not be used.
   *
   * @param clock the host's clock, read at the moment of sending
   * @param hostname as {@link HostName} says; empty = the guest keeps its hostname
   * @return succeeds when the guest has acknowledged each part and its clock is right within 50 ms
   */
  Answer startWake(WallClock clock, String hostname, Deadline deadline);

  /**
   * Returns the guest's current identity, with {@code randomBytes} (0..256) fresh bytes of its
   * random number generator.
   */
  GuestIdentity identity(int randomBytes, Deadline deadline);

  /** Prepares the guest for a snapshot: drops caches, zeroes free memory. */
  QuiesceReport quiesce(Deadline deadline);

  /**
   * Brings hot-plugged CPUs and memory online. Returns when {@code vcpus} CPUs in total are online.
   */
  void online(int vcpus, Deadline deadline);

  /**
   * Completes with the reason when the connection breaks or is closed from this side. Completes on
   * the connection's reading thread, which must not be blocked.
   */
  CompletionStage<String> gone();

  @Override
  void close();
}
