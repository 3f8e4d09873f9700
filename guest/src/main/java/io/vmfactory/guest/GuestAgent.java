package io.vmfactory.guest;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.configs.time.WallClock;
import java.util.concurrent.CompletionStage;

/**
 * The agent inside one guest, over one connection. Calls may be made from several threads at once;
 * each waits for its own answer. A broken connection fails every call under way and all later ones.
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

  /** Waits until the agent says SERVING. */
  default void awaitServing(Deadline deadline) {
    askServing(deadline).await();
  }

  /**
   * Asks the agent whether it is SERVING, and returns when the question has been sent. The guest
   * need not run yet: the question waits in the VMM.
   *
   * @return succeeds when the agent says SERVING
   */
  Answer askServing(Deadline deadline);

  /** What the agent is and can do. */
  GuestDetails details(Deadline deadline);

  /**
   * The uniqueness gate: entropy and names, then the clock, each acknowledged. When this returns,
   * the guest has all of them; when it throws, the guest must not be used.
   */
  void makeUnique(Uniqueness unique, Deadline deadline);

  /**
   * Begins to wake a guest that was made unique before and has stood still since. Sends the clock,
   * and a hostname if one is given, in one write; before them a Check if this connection has had no
   * answer yet. Returns when they have been sent: they wait in the VMM, and the guest finds them as
   * soon as it runs. The caller lets the guest run next, then waits for the answer. If the answer
   * fails, the guest must not be used.
   *
   * @param clock the host's clock, read at the moment of sending
   * @param hostname RFC 1123 label, 1..63 characters; empty = the guest keeps the one it has
   * @return succeeds when the guest has acknowledged each part and its clock is right within 50 ms
   */
  Answer startWake(WallClock clock, String hostname, Deadline deadline);

  /**
   * Who the guest is now, with {@code randomBytes} (0..256) fresh bytes of its random number
   * generator.
   */
  GuestIdentity identity(int randomBytes, Deadline deadline);

  /** Makes the guest fit for a snapshot: caches dropped, free memory zeroed. */
  QuiesceReport quiesce(Deadline deadline);

  /**
   * Brings hot-plugged CPUs and memory into use; returns when {@code vcpus} CPUs in all are online.
   */
  void online(int vcpus, Deadline deadline);

  /**
   * Completes when the connection is broken, or closed from this side, and says why; on the
   * connection's event loop, which must not be blocked.
   */
  CompletionStage<String> gone();

  @Override
  void close();
}
