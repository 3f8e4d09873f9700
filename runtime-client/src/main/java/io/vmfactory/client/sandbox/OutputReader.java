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
 * An output of a process. The guest is asked for bytes when the first are wanted; from then on the
 * next are on their way while the last are read, and no more than that: who reads slowly holds the
 * process up, not this memory.
 */
final class OutputReader extends InputStream {
  /** Asked for at once. */
  static final int CHUNK = 256 << 10;

  private static final Duration AS_LONG_AS_IT_TAKES = Duration.ofDays(365);

  private final Supplier<Link> connect;
  private final ProcessRef ref;
  private final Output output;
  private @Nullable CompletionStage<byte[]> next;
  private byte[] chunk = new byte[0];
  private int position;
  private boolean ended;

  OutputReader(Supplier<Link> connect, ProcessRef ref, Output output) {
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

  /** Makes sure that there are bytes; false = the end. */
  private boolean filled() throws IOException {
    if (available() == 0 && !ended) {
      Link link = Link.forStream(connect);
      chunk = next(link);
      position = 0;
      ended = chunk.length == 0;
      next = ended ? null : ask(link);
    }
    return !ended;
  }

  private CompletionStage<byte[]> ask(Link link) {
    return link.agent().processes().read(ref, output, CHUNK);
  }

  /** An answer that nobody has waited for to its end is kept: its bytes come only once. */
  private byte[] next(Link link) throws IOException {
    next = next == null ? ask(link) : next;
    try {
      return Deadline.after(AS_LONG_AS_IT_TAKES).await(next, "output of " + ref.exec());
    } catch (RuntimeException e) {
      throw link.streamFailure(e);
    }
  }
}
