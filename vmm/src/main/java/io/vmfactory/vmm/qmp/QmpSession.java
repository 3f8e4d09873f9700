package io.vmfactory.vmm.qmp;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetSocket;
import io.vertx.core.net.SocketAddress;
import io.vertx.core.parsetools.RecordParser;
import io.vmfactory.configs.time.Deadline;
import io.vmfactory.vmm.VmmException;
import io.vmfactory.vmm.VmmException.Reason;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One connection to QEMU's monitor. Commands may be sent without waiting for the replies of earlier
 * ones, or for the connection itself; QEMU carries them out in order. Thread-safe. Events come on
 * the connection's event loop, whose handler must not block.
 */
public final class QmpSession implements AutoCloseable {
  private static final int MAX_LINE_BYTES = 16 << 20;
  private static final String LOOP_ENDED = "the event loop of the monitor connection has ended";

  private final Consumer<QmpEvent> listener;
  private final Map<Long, Pending<?>> pending = new ConcurrentHashMap<>();
  private final AtomicLong lastId = new AtomicLong();
  private final CompletableFuture<Void> greeted = new CompletableFuture<>();
  private final CompletableFuture<Void> ended = new CompletableFuture<>();
  private final Buffer unsent = Buffer.buffer();
  private @Nullable NetSocket socket;
  private volatile boolean closed;

  /** A command whose reply is awaited. */
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

  /** Must be called on an event loop. */
  void connect(NetClient client, Path path) {
    client
        .connect(SocketAddress.domainSocketAddress(path.toString()))
        .onSuccess(this::attach)
        .onFailure(this::unreachable);
  }

  /** There is no connection, and there will be none. */
  void unreachable(Throwable cause) {
    end("cannot connect to QEMU's monitor: " + cause.getMessage(), cause);
  }

  /** In the connect callback, on the event loop: set later, the handler would miss the greeting. */
  private void attach(NetSocket connected) {
    RecordParser lines = RecordParser.newDelimited("\n", this::received);
    lines.maxRecordSize(MAX_LINE_BYTES);
    lines.exceptionHandler(e -> breakOff("QEMU's monitor sent an endless line", e));
    connected.handler(lines);
    connected.exceptionHandler(e -> breakOff("the connection to QEMU's monitor failed", e));
    connected.closeHandler(v -> end("the connection to QEMU's monitor ended", null));
    open(connected);
    if (closed) { // while it was being made
      connected.close();
    }
  }

  private synchronized void open(NetSocket connected) {
    socket = connected;
    if (unsent.length() > 0) {
      connected.write(unsent);
    }
  }

  private synchronized void write(String command) {
    if (socket == null) {
      unsent.appendString(command);
    } else {
      socket.write(command);
    }
  }

  private synchronized @Nullable NetSocket socket() {
    return socket;
  }

  private void received(Buffer line) {
    try {
      handle(QmpCodec.decode(line.getBytes()));
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

  /** A reply nobody waits for any more is dropped. */
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

  /** Sends a command; the stage completes with its reply, or fails with QEMU's text. */
  public <R> CompletionStage<R> send(QmpCommand<R> command) {
    return submit(command, lastId.incrementAndGet());
  }

  /**
   * Sends a command and waits for its reply.
   *
   * @throws VmmException with reason {@code FAILED}: QEMU refused, or the connection ended
   */
  public <R> R execute(QmpCommand<R> command, Deadline deadline) {
    long id = lastId.incrementAndGet();
    try {
      return deadline.await(submit(command, id), "QEMU's reply to " + command.name());
    } finally {
      pending.remove(id);
    }
  }

  private <R> CompletableFuture<R> submit(QmpCommand<R> command, long id) {
    CompletableFuture<R> reply = new CompletableFuture<>();
    pending.put(id, new Pending<>(command, reply));
    try {
      write(QmpCodec.encode(command, id));
    } catch (RejectedExecutionException e) {
      end(LOOP_ENDED, e);
    }
    if (ended.isDone()) {
      failPending(new VmmException(Reason.FAILED, "the monitor connection has ended"));
    }
    return reply;
  }

  /** Completes when QEMU is ready for commands; fails when the connection ends before. */
  public CompletionStage<Void> greeted() {
    return greeted;
  }

  /** Fails, with the cause, when the connection has ended; never completes otherwise. */
  public CompletionStage<Void> ended() {
    return ended;
  }

  @Override
  public void close() {
    closed = true;
    NetSocket connected = socket();
    if (connected != null) {
      try {
        connected.close();
      } catch (RejectedExecutionException e) {
        end(LOOP_ENDED, e); // It has closed the socket before.
      }
    }
  }
}
