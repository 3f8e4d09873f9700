package io.vmfactory.factory.observe;

import io.vmfactory.configs.time.Laps.Lap;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Is told what the daemon does, to count it. Called by the threads that do the work, some with a
 * lock held: an implementation is quick, never blocks, never throws. Words that come as strings
 * (routes, kinds, operations) are of small fixed sets: the callers' enums and literals.
 */
public interface Observer {
  /** Counts nothing. */
  Observer NONE = new Observer() {};

  /** What a client can ask for that is worth its own figures. */
  enum Verb {
    GET_VM,
    GET_BASE_VM,
    ATTACH_DRIVE,
    ATTACH_NIC
  }

  /** What waits in the pools: VMs that answered and were stopped, or VMMs without state. */
  enum Tier {
    WARM,
    SHELL
  }

  /**
   * A VM was handed out.
   *
   * @param hops its steps, in order
   * @param total from the request's arrival here to the VM being the customer's
   */
  default void served(Verb verb, String route, List<Lap> hops, Duration total) {}

  /**
   * A request was turned away or failed.
   *
   * @param total as for one that was served
   */
  default void failed(Verb verb, Throwable cause, Duration total) {}

  /**
   * A VM was given a drive.
   *
   * @param mode how it is used
   * @param hotPlugged whether it is a new device, no slot having been free
   */
  default void attached(String mode, boolean hotPlugged, Duration total) {}

  /** A pool got a VM that waits now; {@code hops} are the steps of its making. */
  default void refilled(Tier tier, List<Lap> hops, Duration total) {}

  /** The making of a VM for a pool failed; nothing is left of it. */
  default void refillFailed(Tier tier, Throwable cause) {}

  /** An event of that kind (see {@code app.Events.Kind}) happened. */
  default void happened(String kind) {}

  /**
   * Something went wrong that a client need not have noticed, as kept for status.
   *
   * @param what the operation
   * @param cause null = there is no exception, only words
   */
  default void trouble(String what, @Nullable Throwable cause) {}
}
