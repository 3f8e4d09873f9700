package io.vmfactory.factory.events;

import java.time.Instant;
import java.util.function.Consumer;

/** The events of the daemon, to which listeners subscribe. */
public interface Events {
  /** The kind of an event; the same words as on the wire. */
  enum Kind {
    TEMPLATE_CREATED,
    TEMPLATE_DELETED,
    VM_LEASED,
    VM_GIVEN_AWAY,
    LEASE_RENEWED,
    LEASE_RELEASED,
    LEASE_EXPIRED,
    VM_DIED,
    FAILURE,
    SHUTTING_DOWN,
    POOL_FILLED,
    POOL_FAILING,
    POOL_HEALED,
    POOL_RESIZED,
    POOL_DRAINED,
    VM_ADOPTED
  }

  /**
   * One event.
   *
   * @param seq sequence number, one higher for each event of the daemon
   * @param vmId the VM; empty if the event is not about one. The same holds for leaseId and
   *     templateKey
   */
  record Event(
      int seq,
      Instant at,
      Kind kind,
      String vmId,
      String leaseId,
      String templateKey,
      String detail) {}

  /**
   * Calls {@code listener} for every event from now on, without delay and in order; closing the
   * result ends that.
   */
  Subscription subscribe(Consumer<Event> listener);

  /** A subscription of one listener. */
  interface Subscription extends AutoCloseable {
    @Override
    void close();
  }
}
