package io.vmfactory.factory.events;

import io.vmfactory.configs.time.WallClock;
import io.vmfactory.factory.observe.Observer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Passes events to listeners. A slow listener loses its oldest events and delays no other. */
public final class EventBus implements Events {
  /** Most events kept for one slow listener. */
  static final int BACKLOG = 1024;

  private static final Logger LOG = LoggerFactory.getLogger(EventBus.class);

  private final WallClock clock;
  private final Executor executor;
  private final Observer observer;
  private final List<Inbox> inboxes = new CopyOnWriteArrayList<>();
  private int seq;

  /**
   * Makes a bus that calls listeners on {@code executor}, and {@code observer} on the thread of the
   * event.
   */
  public EventBus(WallClock clock, Executor executor, Observer observer) {
    this.clock = clock;
    this.executor = executor;
    this.observer = observer;
  }

  @Override
  public Subscription subscribe(Predicate<Event> wanted, Consumer<Event> listener) {
    Inbox inbox;
    synchronized (this) {
      inbox = new Inbox(wanted, listener, seq);
      inboxes.add(inbox);
    }
    return () -> inboxes.remove(inbox);
  }

  /**
   * Sends an event that is about no client's VM to all listeners that want it; never waits for one.
   * An empty string means that the field does not apply.
   */
  public void emit(Kind kind, String vmId, String leaseId, String templateKey, String detail) {
    emit(kind, null, vmId, leaseId, templateKey, detail);
  }

  /**
   * Sends an event about a client's VM.
   *
   * @param owner the user that the VM belongs to
   */
  public void emit(
      Kind kind,
      @Nullable Long owner,
      String vmId,
      String leaseId,
      String templateKey,
      String detail) {
    synchronized (this) {
      Event event = new Event(++seq, clock.now(), kind, owner, vmId, leaseId, templateKey, detail);
      inboxes.forEach(inbox -> inbox.put(event));
    }
    observer.happened(kind.name());
  }

  private final class Inbox {
    private final Consumer<Event> listener;
    private final Deque<Event> waiting = new ArrayDeque<>();
    private final Predicate<Event> wanted;
    private boolean draining;

    /** Number of the last event; counts those that this listener may have, lost ones too. */
    private int last;

    Inbox(Predicate<Event> wanted, Consumer<Event> listener, int last) {
      this.wanted = wanted;
      this.listener = listener;
      this.last = last;
    }

    void put(Event event) {
      if (wanted.test(event)) {
        add(event);
      }
    }

    private synchronized void add(Event event) {
      if (waiting.size() == BACKLOG) {
        waiting.removeFirst();
      }
      waiting.addLast(event.numbered(++last));
      if (!draining) {
        draining = true;
        try {
          executor.execute(this::drain);
        } catch (RejectedExecutionException e) {
          draining = false;
          waiting.clear(); // The daemon stops, and listeners are called no more.
        }
      }
    }

    private void drain() {
      for (Event event = next(); event != null; event = next()) {
        try {
          listener.accept(event);
        } catch (RuntimeException e) {
          LOG.warn("a listener failed at event {}", event.seq(), e);
        }
      }
    }

    private synchronized @Nullable Event next() {
      Event event = inboxes.contains(this) ? waiting.pollFirst() : null;
      draining = event != null;
      return event;
    }
  }
}
