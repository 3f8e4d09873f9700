package io.vmfactory.client.sandbox;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.guest.GuestProcesses.Output;
import io.vmfactory.guest.ProcessRef;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * An output stream of a process. The first read requests the first bytes. From then on the next
 * chunk is requested while the last one is read, and no more: a slow reader blocks the process
 * instead of filling memory here.
 */
final class OutputReader extends InputStream {
  /** The most bytes in one request. */
  static final int CHUNK = 256 << 10;

  private static final Duration AS_LONG_AS_IT_TAKES = Duration.ofDays(365);

  private final Supplier<GuestConnection> connect;
  private final ProcessRef ref;
  private final Output output;
  private @Nullable CompletionStage<byte[]> next;
  private byte[] chunk = new byte[0];
  private int position;
  private boolean ended;

  OutputReader(Supplier<GuestConnection> connect, ProcessRef ref, Output output) {
    this.connect = connect;
    this.ref = ref;
    this.output = output;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] bytes, int from, int most) throws IOException {
    Objects.checkFromIndexSize(from, most, bytes.length);
    if (most == 0) {
      return 0;
    }
    if (!filled()) {
      return -1;
    }
    int count = Math.min(most, available());
    System.arraycopy(chunk, position, bytes, from, count);
    position += count;
    return count;
  }

  @Override
  public int available() {
    return chunk.length - position;
  }

  /** Waits until bytes are available. Returns false at the end of the stream. */
  private boolean filled() throws IOException {
    if (available() == 0 && !ended) {
      GuestConnection link = GuestConnection.forStream(connect);
      chunk = next(link);
      position = 0;
      ended = chunk.length == 0;
      next = ended ? null : ask(link);
    }
    return !ended;
  }

  private CompletionStage<byte[]> ask(GuestConnection link) {
    return link.agent().processes().read(ref, output, CHUNK);
  }

  /**
   * Returns the next chunk. Keeps an unfinished request for the next call, because its bytes are
   * sent only once.
   */
  private byte[] next(GuestConnection link) throws IOException {
    next = next == null ? ask(link) : next;
    try {
      return Deadline.after(AS_LONG_AS_IT_TAKES).await(next, "output of " + ref.exec());
    } catch (RuntimeException e) {
      throw link.streamFailure(e);
    }
  }
}
