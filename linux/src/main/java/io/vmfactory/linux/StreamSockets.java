package io.vmfactory.linux;

import com.sun.jna.LastErrorException;
import com.sun.jna.Memory;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Connects to UNIX stream sockets, see unix(7). A thread that waits for an answer on one of its
 * connections reads that connection itself ({@link StreamSocket#await}); one thread, the watcher,
 * reads those on which no thread waits. So an answer wakes the thread that needs it and no other.
 * Thread-safe. Closing it closes the connections.
 */
public final class StreamSockets implements AutoCloseable {
  /** Most polls that are kept for reuse: each has a buffer and a descriptor. */
  private static final int KEPT_POLLS = 16;

  /**
   * The open connections by ticket. An event can come late. The ticket keeps it from being taken
   * for an event of a later connection whose descriptor has the same number.
   */
  private final Map<Long, StreamSocket> open = new ConcurrentHashMap<>();

  private final AtomicLong lastTicket = new AtomicLong(Watcher.STOP);
  private final Deque<SocketPoll> idle = new ArrayDeque<>();
  private @Nullable Watcher watcher;
  private volatile boolean closed;

  /**
   * Connects to the socket at {@code path}. Nothing is read before {@link StreamSocket#start}.
   *
   * @throws OsException when no process listens there, its queue of connections is full, or this
   *     object is closed
   */
  public StreamSocket connect(Path path) {
    return connect(path, LibC.SOCK_NONBLOCK);
  }

  /**
   * Connects like {@link #connect}. If the listener's queue of connections is full, a thread of its
   * own waits until the listener accepts or is gone: the kernel has no event for that.
   *
   * @return fails with an {@link OsException}
   */
  public CompletionStage<StreamSocket> connectPatiently(Path path) {
    try {
      return CompletableFuture.completedFuture(connect(path));
    } catch (OsException e) {
      if (e.errno() != LibC.EAGAIN) {
        return CompletableFuture.failedFuture(e);
      }
    }
    CompletableFuture<StreamSocket> connected = new CompletableFuture<>();
    Thread waiting = new Thread(() -> complete(connected, path), "connecting");
    waiting.setDaemon(true);
    waiting.start();
    return connected;
  }

  private void complete(CompletableFuture<StreamSocket> connected, Path path) {
    try {
      connected.complete(connect(path, 0));
    } catch (RuntimeException e) {
      connected.completeExceptionally(e);
    }
  }

  private StreamSocket connect(Path path, int waiting) {
    Watcher watching = watcher();
    int fd = -1;
    try (Memory address = UnixDatagram.address(path.toString())) {
      fd = LibC.socket(LibC.AF_UNIX, LibC.SOCK_STREAM_CLOEXEC | waiting, 0);
      LibC.connect(fd, address, (int) address.size());
    } catch (LastErrorException e) {
      if (fd >= 0) {
        LibC.close(fd);
      }
      throw Errno.failure("cannot connect to " + path, e);
    }
    StreamSocket socket = new StreamSocket(this, watching, fd, lastTicket.incrementAndGet());
    open.put(socket.ticket(), socket);
    if (closed) {
      socket.close();
      throw new OsException(OsException.Kind.GONE, "cannot connect to " + path + ": closed");
    }
    return socket;
  }

  /** Makes the watcher with the first connection, because many programs never need one. */
  private synchronized Watcher watcher() {
    if (watcher == null) {
      watcher = new Watcher(open::get);
    }
    return watcher;
  }

  void forget(StreamSocket socket) {
    open.remove(socket.ticket());
  }

  SocketPoll borrow() {
    synchronized (idle) {
      SocketPoll poll = idle.pollFirst();
      return poll == null ? new SocketPoll() : poll;
    }
  }

  /**
   * Keeps {@code poll} for the next wait. An interrupted one is closed, since it cannot be reused.
   */
  void giveBack(SocketPoll poll) {
    synchronized (idle) {
      if (poll.isOpen() && !closed && idle.size() < KEPT_POLLS) {
        idle.addFirst(poll);
        return;
      }
    }
    poll.release();
  }

  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    open.values().forEach(StreamSocket::close);
    synchronized (idle) {
      idle.forEach(SocketPoll::release);
      idle.clear();
    }
    if (watcher != null) {
      watcher.stop();
    }
  }
}
