package io.vmfactory.linux;

import com.sun.jna.LastErrorException;
import com.sun.jna.Memory;
import java.nio.ByteBuffer;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/** The thread that reads the connections on which no other thread waits, in epoll(7). */
final class Watcher {
  /** A ticket that no connection has. */
  static final long STOP = 0;

  /** struct epoll_event is packed on x86-64: 32 bits of events, 64 bits of data. */
  private static final int EVENT_BYTES = 12;

  private static final int BATCH = 64;

  private final LongFunction<@Nullable StreamSocket> open;
  private final int epoll;
  private final int stop;
  private final Thread thread;

  /**
   * @param open returns the connection of a ticket; null = it has ended
   */
  Watcher(LongFunction<@Nullable StreamSocket> open) {
    this.open = open;
    try {
      epoll = LibC.epoll_create1(LibC.EPOLL_CLOEXEC);
      stop = LibC.eventfd(0, LibC.EFD_CLOEXEC);
      control(LibC.EPOLL_CTL_ADD, stop, LibC.EPOLLIN, STOP);
    } catch (LastErrorException e) {
      throw Errno.failure("cannot watch sockets", e);
    }
    thread = new Thread(this::run, "sockets");
    thread.setDaemon(true);
    thread.start();
  }

  /** Returns whether {@code other} is this thread. */
  boolean is(Thread other) {
    return other == thread;
  }

  /** Changes which events are awaited on a descriptor: EPOLLIN, EPOLLOUT, both, or 0 for none. */
  void watch(int fd, long ticket, int before, int events) {
    if (before == 0) {
      control(LibC.EPOLL_CTL_ADD, fd, events, ticket);
    } else {
      control(events == 0 ? LibC.EPOLL_CTL_DEL : LibC.EPOLL_CTL_MOD, fd, events, ticket);
    }
  }

  private void control(int operation, int fd, int events, long ticket) {
    try (Memory event = new Memory(EVENT_BYTES)) {
      event.setInt(0, events);
      event.setLong(4, ticket);
      LibC.epoll_ctl(epoll, operation, fd, event);
    }
  }

  /** Ends the thread. */
  void stop() {
    LibC.eventfd_write(stop, 1);
  }

  private void run() {
    ByteBuffer buffer = ByteBuffer.allocateDirect(SocketPoll.BUFFER_BYTES);
    Memory events = new Memory((long) EVENT_BYTES * BATCH);
    boolean running = true;
    while (running) {
      int count = await(events);
      for (int i = 0; i < count; i++) {
        long ticket = events.getLong((long) i * EVENT_BYTES + 4);
        running &= ticket != STOP;
        StreamSocket socket = open.apply(ticket);
        if (socket != null) {
          socket.ready(events.getInt((long) i * EVENT_BYTES), buffer);
        }
      }
    }
    LibC.close(stop);
    LibC.close(epoll);
  }

  private int await(Memory events) {
    try {
      return LibC.epoll_wait(epoll, events, BATCH, -1);
    } catch (LastErrorException e) {
      if (e.getErrorCode() == LibC.EINTR) {
        return 0;
      }
      throw Errno.failure("cannot wait for sockets", e);
    }
  }
}
