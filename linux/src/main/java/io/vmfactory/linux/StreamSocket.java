package io.vmfactory.linux;

import com.sun.jna.LastErrorException;
import io.vmfactory.configs.ErrorText;
import io.vmfactory.configs.time.Deadline;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ForkJoinWorkerThread;
import org.jspecify.annotations.Nullable;

/**
 * One connection of {@link StreamSockets}. One thread at a time reads it and calls the receiver: a
 * thread that waits for an answer, or else the watcher. Writing never blocks: the watcher later
 * sends the bytes that the other side does not accept yet. Thread-safe.
 */
public final class StreamSocket implements AutoCloseable {
  private final StreamSockets sockets;
  private final Watcher watcher;
  private final int fd;
  private final long ticket;
  private final Deque<Outgoing> unsent = new ArrayDeque<>();
  private @Nullable Receiver receiver;

  /** The thread that reads now; null = none, so the watcher reads. */
  private @Nullable Thread reader;

  private int watched;
  private volatile boolean ended;
  private boolean released;

  StreamSocket(StreamSockets sockets, Watcher watcher, int fd, long ticket) {
    this.sockets = sockets;
    this.watcher = watcher;
    this.fd = fd;
    this.ticket = ticket;
  }

  /** Gets the bytes of a connection. One thread at a time calls it; it must not block. */
  public interface Receiver {
    /** Takes bytes; the buffer is valid during the call only. */
    void received(ByteBuffer bytes);

    /** The connection has ended for the given reason. Called once, as the last call. */
    void ended(String why);
  }

  long ticket() {
    return ticket;
  }

  /** Starts to read. Call it once. */
  public void start(Receiver taker) {
    synchronized (this) {
      receiver = taker;
      if (!ended) {
        watch();
        return;
      }
    }
    taker.ended("closed by this side");
  }

  /**
   * Waits for {@code stage} and returns its value. This thread reads the connection meanwhile,
   * unless another does, or it is of a kind whose carriers or fellows would stand still meanwhile.
   *
   * @param what the object of the wait, as the error names it after "waiting for "
   * @throws RuntimeException as {@link Deadline#await} does
   */
  public <T> T await(CompletionStage<T> stage, String what, Deadline deadline) {
    CompletableFuture<T> awaited = stage.toCompletableFuture();
    if (!awaited.isDone() && mayWaitInNativeCode() && beginReading()) {
      try {
        readUntil(awaited, deadline);
      } finally {
        endReading();
      }
    }
    return deadline.await(awaited, what);
  }

  /**
   * A wait in native code is one that neither a virtual thread nor a fork-join pool makes up for.
   */
  private static boolean mayWaitInNativeCode() {
    Thread self = Thread.currentThread();
    return !(self instanceof ForkJoinWorkerThread)
        && !self.getClass().getName().equals("java.lang.VirtualThread"); // JDK 21 and newer
  }

  private void readUntil(CompletableFuture<?> awaited, Deadline deadline) {
    Thread self = Thread.currentThread();
    SocketPoll poll = sockets.borrow();
    try {
      var unused =
          awaited.whenComplete(
              (value, failure) -> {
                if (Thread.currentThread() != self) {
                  poll.wake(); // a late call wakes another thread once without effect
                }
              });
      while (!awaited.isDone() && !ended && !deadline.passed() && !self.isInterrupted()) {
        if (poll.readable(fd, deadline.remaining())) {
          receive(poll.buffer());
        }
      }
    } finally {
      sockets.giveBack(poll);
    }
  }

  /** Returns whether {@code thread} reads now. */
  synchronized boolean isReadBy(Thread thread) {
    return reader == thread;
  }

  private synchronized boolean beginReading() {
    if (reader != null || ended || receiver == null) {
      return false;
    }
    reader = Thread.currentThread();
    watch();
    return true;
  }

  private synchronized void endReading() {
    reader = null;
    watch();
    releaseWhenOver();
  }

  /** Handles events on the watcher's thread. */
  void ready(int events, ByteBuffer buffer) {
    if ((events & LibC.EPOLLOUT) != 0) {
      flush();
    }
    if ((events & ~LibC.EPOLLOUT) != 0 && beginWatching()) {
      try {
        receive(buffer);
      } finally {
        endReading();
      }
    }
  }

  /** Like {@link #beginReading}, but for the watcher. */
  private synchronized boolean beginWatching() {
    if (reader != null || ended) {
      return false;
    }
    reader = Thread.currentThread();
    return true;
  }

  /** Reads once. */
  private void receive(ByteBuffer buffer) {
    try {
      long count = LibC.recv(fd, buffer.clear(), buffer.capacity(), LibC.MSG_DONTWAIT);
      if (count == 0) {
        end("the other side closed it");
      } else {
        hand(buffer.limit((int) count));
      }
    } catch (LastErrorException e) {
      if (e.getErrorCode() != LibC.EAGAIN && e.getErrorCode() != LibC.EINTR) {
        end("reading failed: " + Errno.text(e));
      }
    }
  }

  private void hand(ByteBuffer bytes) {
    try {
      Objects.requireNonNull(receiver).received(bytes);
    } catch (RuntimeException e) {
      end("the bytes that arrived could not be handled: " + ErrorText.of(e));
    }
  }

  /**
   * Sends {@code bytes}, now or as soon as the other side accepts them. Drops them after the end.
   */
  public void write(byte[] bytes) {
    write(bytes, null);
  }

  /**
   * Like {@link #write(byte[])}.
   *
   * @param file what the other side gets with the first byte; stays the caller's; null = nothing
   */
  public void write(byte[] bytes, @Nullable Descriptor file) {
    write(new Outgoing(bytes, file == null ? null : file.copy()));
  }

  private void write(Outgoing outgoing) {
    String failure = null;
    synchronized (this) {
      if (ended) {
        outgoing.drop();
        return;
      }
      unsent.addLast(outgoing);
      if (unsent.size() == 1) {
        failure = send();
      }
    }
    if (failure != null) {
      end(failure);
    }
  }

  private void flush() {
    String failure;
    synchronized (this) {
      failure = ended ? null : send();
    }
    if (failure != null) {
      end(failure);
    }
  }

  /** Returns why nothing more can be sent; null = no failure. */
  private @Nullable String send() {
    try {
      for (Outgoing next = unsent.peekFirst(); next != null; next = unsent.peekFirst()) {
        Outgoing rest = next.send(fd);
        unsent.removeFirst();
        if (rest != null) {
          unsent.addFirst(rest);
        }
      }
    } catch (LastErrorException e) {
      if (e.getErrorCode() == LibC.EPIPE || e.getErrorCode() == LibC.ECONNRESET) {
        dropUnsent(); // the reader finds the end, after the last bytes of the other side
      } else if (e.getErrorCode() != LibC.EAGAIN && e.getErrorCode() != LibC.EINTR) {
        return "writing failed: " + Errno.text(e);
      }
    }
    watch();
    return null;
  }

  private void dropUnsent() {
    unsent.forEach(Outgoing::drop);
    unsent.clear();
  }

  /**
   * Sets what the watcher waits for: whatever no other thread waits for. Holds this object's lock.
   */
  private void watch() {
    boolean waiterReads = reader != null && !watcher.is(reader);
    int events = ended || receiver == null || waiterReads ? 0 : LibC.EPOLLIN;
    events |= ended || unsent.isEmpty() ? 0 : LibC.EPOLLOUT;
    if (events != watched) {
      watcher.watch(fd, ticket, watched, events);
      watched = events;
    }
  }

  private void end(String why) {
    Receiver told;
    synchronized (this) {
      if (ended) {
        return;
      }
      ended = true;
      dropUnsent();
      watch();
      shutdown(); // a thread that waits for bytes wakes up
      sockets.forget(this);
      releaseWhenOver();
      told = receiver;
    }
    if (told != null) {
      told.ended(why);
    }
  }

  private void shutdown() {
    try {
      LibC.shutdown(fd, LibC.SHUT_RDWR);
    } catch (LastErrorException e) {
      // The other side was faster.
    }
  }

  /** Closes the descriptor when no thread uses it; only then may its number be reused. */
  private void releaseWhenOver() {
    if (ended && reader == null && !released) {
      released = true;
      LibC.close(fd);
    }
  }

  /** Ends the connection and reports that to the receiver. A second call has no effect. */
  @Override
  public void close() {
    end("closed by this side");
  }
}
