package io.vmfactory.linux;

import com.sun.jna.LastErrorException;
import com.sun.jna.Memory;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.spi.AbstractInterruptibleChannel;
import java.time.Duration;

/**
 * Lets one thread wait for a descriptor in poll(2). {@link #wake} and an interruption of the thread
 * end the wait early. This is a channel only because the JDK has no other way to notice an
 * interruption inside native code. One thread uses it at a time; any thread may call {@code wake}.
 */
final class SocketPoll extends AbstractInterruptibleChannel {
  /**
   * Enough for any answer of an agent or a monitor in one piece. Streams come in several pieces.
   */
  static final int BUFFER_BYTES = 64 << 10;

  /** struct pollfd: int fd, short events, short revents. */
  private static final int POLLFD_BYTES = 8;

  private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES);
  private final Memory polled = new Memory(2L * POLLFD_BYTES);
  private final Memory count = new Memory(Long.BYTES);
  private final int wake;
  private boolean released;

  SocketPoll() {
    wake = LibC.eventfd(0, LibC.EFD_CLOEXEC | LibC.EFD_NONBLOCK);
  }

  /** Returns the buffer that this thread reads into. */
  ByteBuffer buffer() {
    return buffer;
  }

  /**
   * Waits until {@code fd} has bytes to read or has ended.
   *
   * @return false when the wait was woken, was interrupted or reached the limit
   */
  boolean readable(int fd, Duration limit) {
    set(0, fd);
    set(1, wake);
    begin();
    try {
      poll(limit);
    } finally {
      endInterruptible();
    }
    if (polled.getShort(POLLFD_BYTES + 6L) != 0) {
      drain();
    }
    return polled.getShort(6) != 0;
  }

  private void set(int index, int fd) {
    polled.setInt((long) index * POLLFD_BYTES, fd);
    polled.setShort((long) index * POLLFD_BYTES + 4, LibC.POLLIN);
    polled.setShort((long) index * POLLFD_BYTES + 6, (short) 0);
  }

  private void poll(Duration limit) {
    long millis = limit.plusNanos(999_999).toMillis(); // rounded up: no spinning at the end
    try {
      LibC.poll(polled, 2, (int) Math.min(millis, Integer.MAX_VALUE));
    } catch (LastErrorException e) {
      if (e.getErrorCode() != LibC.EINTR) {
        throw e;
      }
    }
  }

  /** The thread's interrupt status stays set, so the caller can see it. */
  private void endInterruptible() {
    try {
      end(true);
    } catch (AsynchronousCloseException interrupted) {
      // The caller checks the thread's interrupt status.
    }
  }

  private void drain() {
    try {
      LibC.eventfd_read(wake, count);
    } catch (LastErrorException e) {
      // EAGAIN: another read was faster.
    }
  }

  /** Ends the current wait, or the next one if no thread waits. */
  synchronized void wake() {
    if (!released) {
      LibC.eventfd_write(wake, 1);
    }
  }

  /** An interruption closes the channel. Here it only has to end the wait. */
  @Override
  protected void implCloseChannel() {
    wake();
  }

  /** Closes the descriptor for wake-ups. {@code wake} has no effect afterwards. */
  synchronized void release() {
    if (!released) {
      released = true;
      LibC.close(wake);
    }
  }
}
