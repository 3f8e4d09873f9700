package io.vmfactory.factory.observe;

import io.vmfactory.configs.time.Laps.Lap;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Receives what the daemon does, to count it. Called by the threads that do the work, some with a
 * lock held: an implementation is quick, never blocks, never throws. Arguments that are strings
 * (routes, kinds, operations) come from small fixed sets: the callers' enums and literals.
 */
public interface Observer {
  /** An observer that counts nothing. */
  Observer NONE = new Observer() {};

  /** The requests of clients that have metrics of their own. */
  enum Verb {
    GET_VM,
    GET_BASE_VM,
    FORK_VM,
    PAUSE_VM,
    RESUME_VM,
    SUSPEND_VM,
    SNAPSHOT_VM,
    GROW_VM,
    ATTACH_DRIVE,
    ATTACH_NIC
  }

  /** The kinds of idle VMs: VMs that answered and were stopped, or VMMs without device state. */
  enum Tier {
    WARM,
    SHELL
  }

  /**
   * A VM was handed out.
   *
   * @param hops steps of the request, in order
   * @param total time from the arrival of the request until the customer owns the VM
   */
  default void served(Verb verb, String route, List<Lap> hops, Duration total) {}

  /**
   * A request failed or was refused.
   *
   * @param total time from the arrival of the request
   */
  default void failed(Verb verb, Throwable cause, Duration total) {}

  /**
   * A drive was attached to a VM.
   *
   * @param mode how the drive is used
   * @param hotPlugged whether it is a new device, since no slot was free
   */
  default void attached(String mode, boolean hotPlugged, Duration total) {}

  /** A pool received a VM that waits now; {@code hops} are the steps in which it was made. */
  default void refilled(Tier tier, List<Lap> hops, Duration total) {}

  /** A VM for a pool could not be made; nothing is left of it. */
  default void refillFailed(Tier tier, Throwable cause) {}

  /** An event of that kind happened, see {@code events.Events.Kind}. */
  default void happened(String kind) {}

  /**
   * A failure happened that a client need not have noticed, as shown by status.
   *
   * @param what the operation
   * @param cause the exception; null if there is none
   */
  default void trouble(String what, @Nullable Throwable cause) {}
}
