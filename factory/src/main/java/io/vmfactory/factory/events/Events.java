package io.vmfactory.factory.events;

import java.time.Instant;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

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
    VM_ADOPTED,
    VM_PAUSED,
    VM_RESUMED,
    VM_SUSPENDED
  }

  /**
   * One event.
   *
   * @param seq sequence number, one higher for each event that the listener may have
   * @param owner the user whose VM or lease the event is about; null = no client's
   * @param vmId the VM; empty if the event is not about one. The same holds for leaseId and
   *     templateKey
   */
  record Event(
      int seq,
      Instant at,
      Kind kind,
      @Nullable Long owner,
      String vmId,
      String leaseId,
      String templateKey,
      String detail) {
    Event numbered(int other) {
      return new Event(other, at, kind, owner, vmId, leaseId, templateKey, detail);
    }
  }

  /**
   * Calls {@code listener} for the events from now on, without delay and in order; closing the
   * result ends that.
   *
   * @param wanted which events the listener may have; called on the thread of the event, so it must
   *     not wait
   */
  Subscription subscribe(Predicate<Event> wanted, Consumer<Event> listener);

  /** A subscription of one listener. */
  interface Subscription extends AutoCloseable {
    @Override
    void close();
  }
}
