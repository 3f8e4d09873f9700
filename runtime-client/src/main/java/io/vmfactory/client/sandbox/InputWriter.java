package io.vmfactory.client.sandbox;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.guest.GuestException;
import io.vmfactory.guest.ProcessRef;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.Arrays;
import java.util.Objects;
import java.util.function.Supplier;

/** The standard input of a process. A write returns when the guest has accepted all bytes. */
final class InputWriter extends OutputStream {
  /** The most bytes in one request. */
  static final int CHUNK = 256 << 10;

  private static final Duration AS_LONG_AS_IT_TAKES = Duration.ofDays(365);
  private static final Duration CLOSE_LIMIT = Duration.ofSeconds(30);

  private final Supplier<GuestConnection> connect;
  private final ProcessRef ref;
  private boolean closed;

  InputWriter(Supplier<GuestConnection> connect, ProcessRef ref) {
    this.connect = connect;
    this.ref = ref;
  }

  @Override
  public void write(int one) throws IOException {
    write(new byte[] {(byte) one}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int from, int count) throws IOException {
    Objects.checkFromIndexSize(from, count, bytes.length);
    if (closed) {
      throw new IOException("the input of process " + ref.exec() + " is closed");
    }
    GuestConnection link = GuestConnection.forStream(connect);
    int sent = 0;
    while (sent < count) {
      int end = from + Math.min(count, sent + CHUNK);
      sent += taken(link, Arrays.copyOfRange(bytes, from + sent, end));
    }
  }

  private int taken(GuestConnection link, byte[] chunk) throws IOException {
    try {
      var taken = link.agent().processes().write(ref, chunk);
      return Deadline.after(AS_LONG_AS_IT_TAKES).await(taken, "process " + ref.exec() + " to read");
    } catch (RuntimeException e) {
      throw link.streamFailure(e);
    }
  }

  /** Closes the process's standard input. No effect if the process has exited. */
  @Override
  public void close() throws IOException {
    if (closed) {
      return;
    }
    closed = true;
    GuestConnection link = GuestConnection.forStream(connect);
    try {
      link.agent().processes().closeInput(ref, Deadline.after(CLOSE_LIMIT));
    } catch (GuestException e) {
      if (e.code() != GuestException.NOT_FOUND && e.code() != GuestException.FAILED_PRECONDITION) {
        throw link.streamFailure(e);
      }
    } catch (RuntimeException e) {
      throw link.streamFailure(e);
    }
  }
}
