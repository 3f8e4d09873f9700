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
  /** Waits until the agent says SERVING. */
  default void awaitServing(Deadline deadline) {
    awaitServing(() -> {}, deadline);
  }

  /**
   * Waits until the agent says SERVING.
   *
   * @param resume lets the guest run; called once, on this thread, when the question is on its way,
   *     as {@link #wake} does. What it throws is thrown
   */
  void awaitServing(Runnable resume, Deadline deadline);

  /** What the agent is and can do. */
  GuestDetails details(Deadline deadline);

  /**
   * The uniqueness gate: entropy and names, then the clock, each acknowledged. When this returns,
   * the guest has all of them; when it throws, the guest must not be used.
   */
  void makeUnique(Uniqueness unique, Deadline deadline);

  /**
   * The hand-out of a guest that was made unique before and stands still since: its clock, and its
   * name when it shall have another; before them a Check, when this connection has not been
   * answered yet. One write, each part acknowledged. When this throws, the guest must not be used.
   *
   * @param clock the host's clock, read at the moment of sending; the guest's is right within 50 ms
   *     when this returns
   * @param hostname RFC 1123 label, 1..63 characters; empty = it keeps the one it has
   * @param resume lets the guest run; called once, on this thread, when the request is on its way:
   *     it waits in the VMM then, and the guest finds it at its first look. What it throws is
   *     thrown
   */
  void wake(WallClock clock, String hostname, Runnable resume, Deadline deadline);

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
