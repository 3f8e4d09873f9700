package io.vmfactory.vmm.qmp;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.linux.Descriptor;
import io.vmfactory.linux.StreamSocket;
import io.vmfactory.vmm.VmmException;
import io.vmfactory.vmm.VmmException.Reason;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One connection to QEMU's monitor. A caller may send commands before earlier replies have come,
 * and before the connection is made. QEMU runs them in order. Thread-safe. Events come on the
 * thread that reads the connection; their listener must not block.
 */
public final class QmpSession implements AutoCloseable {
  private static final int MAX_LINE_BYTES = 16 << 20;

  private final Consumer<QmpEvent> listener;
  private final Map<Long, Pending<?>> pending = new ConcurrentHashMap<>();
  private final AtomicLong lastId = new AtomicLong();
  private final CompletableFuture<Void> greeted = new CompletableFuture<>();
  private final CompletableFuture<Void> ended = new CompletableFuture<>();
  private volatile @Nullable StreamSocket socket;
  private boolean closed;

  /** A command that waits for its reply. */
  private record Pending<R>(QmpCommand<R> command, CompletableFuture<R> reply) {
    void succeed(com.fasterxml.jackson.databind.JsonNode result) {
      try {
        reply.complete(QmpCodec.result(command, result));
      } catch (VmmException e) {
        reply.completeExceptionally(e);
      }
    }

    void refuse(String text) {
      fail(new VmmException(Reason.FAILED, "QEMU refused %s: %s".formatted(command.name(), text)));
    }

    void fail(VmmException why) {
      reply.completeExceptionally(why);
    }
  }

  QmpSession(Consumer<QmpEvent> listener) {
    this.listener = listener;
  }

  /** Uses {@code connected} as the connection, from its first byte on; closes it if it is late. */
  void over(StreamSocket connected) {
    synchronized (this) {
      socket = connected;
      if (closed) {
        connected.close();
      }
    }
    LineReader lines = new LineReader(MAX_LINE_BYTES, this::received);
    connected.start(
        new StreamSocket.Receiver() {
          @Override
          public void received(ByteBuffer bytes) {
            take(lines, bytes);
          }

          @Override
          public void ended(String why) {
            end("the connection to QEMU's monitor ended: " + why, null);
          }
        });
  }

  /** Ends the session, because the connection failed. */
  void unreachable(Throwable why) {
    end("cannot connect to QEMU's monitor: " + why.getMessage(), why);
  }

  private void take(LineReader lines, ByteBuffer bytes) {
    try {
      lines.feed(bytes);
    } catch (IllegalStateException e) {
      breakOff("QEMU's monitor sent a line without an end", e);
    }
  }

  private void write(String command, @Nullable Descriptor file) {
    StreamSocket connected = socket;
    if (connected != null) {
      connected.write(command.getBytes(StandardCharsets.UTF_8), file);
    }
  }

  private void received(byte[] line) {
    try {
      handle(QmpCodec.decode(line));
    } catch (VmmException e) {
      breakOff(String.valueOf(e.getMessage()), e);
    }
  }

  private void handle(QmpMessage message) {
    if (message instanceof QmpMessage.Reply reply) {
      take(reply.id(), command -> command.succeed(reply.result()));
    } else if (message instanceof QmpMessage.Refusal refusal) {
      take(refusal.id(), command -> command.refuse(refusal.text()));
    } else if (message instanceof QmpMessage.Event event) {
      listener.accept(event.event());
    } else {
      greeted.complete(null);
    }
  }

  /** Drops a reply that no caller waits for any more. */
  private void take(long id, Consumer<Pending<?>> outcome) {
    Pending<?> command = pending.remove(id);
    if (command != null) {
      outcome.accept(command);
    }
  }

  private void breakOff(String why, Throwable cause) {
    end(why, cause);
    close();
  }

  private void end(String why, @Nullable Throwable cause) {
    VmmException failure = new VmmException(Reason.FAILED, why, cause);
    ended.completeExceptionally(failure);
    greeted.completeExceptionally(failure);
    failPending(failure);
  }

  private void failPending(VmmException failure) {
    for (Long id : pending.keySet()) {
      take(id, command -> command.fail(failure));
    }
  }

  /** Sends a command. The stage completes with the reply, or fails with QEMU's text. */
  public <R> CompletionStage<R> send(QmpCommand<R> command) {
    return submit(command, lastId.incrementAndGet());
  }

  /**
   * Sends a command and waits for its reply.
   *
   * @throws VmmException with reason {@code FAILED} when QEMU refuses or the connection has ended
   */
  public <R> R execute(QmpCommand<R> command, Deadline deadline) {
    long id = lastId.incrementAndGet();
    try {
      return await(submit(command, id), "QEMU's reply to " + command.name(), deadline);
    } finally {
      pending.remove(id);
    }
  }

  private <R> CompletableFuture<R> submit(QmpCommand<R> command, long id) {
    CompletableFuture<R> reply = new CompletableFuture<>();
    pending.put(id, new Pending<>(command, reply));
    write(QmpCodec.encode(command, id), command.file());
    if (ended.isDone()) {
      failPending(new VmmException(Reason.FAILED, "the monitor connection has ended"));
    }
    return reply;
  }

  /** Completes when QEMU is ready for commands; fails when the connection ends before that. */
  public CompletionStage<Void> greeted() {
    return greeted;
  }

  /** Fails, with the cause, when the connection has ended; never completes normally. */
  public CompletionStage<Void> ended() {
    return ended;
  }

  /**
   * Waits for {@code stage}. This thread reads the monitor meanwhile, unless another thread does.
   */
  public <T> T await(CompletionStage<T> stage, String what, Deadline deadline) {
    StreamSocket connected = socket;
    return connected == null ? deadline.await(stage, what) : connected.await(stage, what, deadline);
  }

  @Override
  public void close() {
    StreamSocket connected;
    synchronized (this) {
      closed = true;
      connected = socket;
    }
    if (connected != null) {
      connected.close();
    }
  }
}
