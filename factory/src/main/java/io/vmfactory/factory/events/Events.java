package io.vmfactory.factory.events;

import java.time.Instant;
import java.util.function.Consumer;

/** What happens in the daemon, told to whoever listens. */
public interface Events {
  /** What an event is about. Same words as on the wire. */
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
   * @param seq rises by one per event of the daemon
   * @param vmId empty = not about a VM; so leaseId and templateKey
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
   * Calls {@code listener} for every event from now on, quickly and in order; closing the result
   * ends it.
   */
  Subscription subscribe(Consumer<Event> listener);

  /** A listener's place. */
  interface Subscription extends AutoCloseable {
    @Override
    void close();
  }
}
