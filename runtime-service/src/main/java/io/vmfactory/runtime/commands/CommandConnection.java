package io.vmfactory.runtime.commands;

import com.google.protobuf.ByteString;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetSocket;
import io.vmfactory.api.runtime.v1.AttachProcess;
import io.vmfactory.api.runtime.v1.ClientMessage;
import io.vmfactory.api.runtime.v1.CommandExit;
import io.vmfactory.api.runtime.v1.CommandLine;
import io.vmfactory.api.runtime.v1.CommandOutput;
import io.vmfactory.api.runtime.v1.ProcessEnded;
import io.vmfactory.api.runtime.v1.RunItYourself;
import io.vmfactory.api.runtime.v1.ServiceMessage;
import io.vmfactory.configs.time.CancelledException;
import io.vmfactory.configs.time.Deadline;
import io.vmfactory.factory.http.SocketPeer;
import io.vmfactory.runtime.containers.ClientProcess;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One client of the socket for command lines. Messages arrive on its event loop; the command runs
 * on a worker, which is interrupted when the client leaves or gets a signal.
 */
final class CommandConnection implements CommandClient {
  private static final Logger log = LoggerFactory.getLogger(CommandConnection.class);

  /** Longer than any process runs, and than any reader of an output rests. */
  private static final Duration ENDLESS = Duration.ofDays(365);

  private static final int MOST_TEXT = 64 << 10;

  /** Lets a client run its command itself. */
  static final byte[] DECLINED =
      ClientFrames.bytes(
          ServiceMessage.newBuilder().setRunItYourself(RunItYourself.getDefaultInstance()).build());

  private final NetSocket socket;
  private final ClientProcess process;
  private final CommandRunner runner;
  private final Executor workers;
  private final Context loop = Vertx.currentContext();
  private final ClientFrames frames = new ClientFrames(this::take);

  private @Nullable CommandRequest request;
  private @Nullable Thread worker;
  private @Nullable CompletableFuture<ClientMessage> answer;
  private int signal;
  private boolean left;
  private boolean abandoned;

  /**
   * @param process the client's process
   * @param workers refuses a command if too many run
   */
  CommandConnection(
      NetSocket socket, ClientProcess process, CommandRunner runner, Executor workers) {
    this.socket = socket;
    this.process = process;
    this.runner = runner;
    this.workers = workers;
  }

  /**
   * Begins to read.
   *
   * @param closed called when the connection has ended
   */
  void open(Runnable closed) {
    socket.handler(this::feed);
    socket.closeHandler(
        end -> {
          leave();
          closed.run();
        });
    socket.exceptionHandler(failure -> log.debug("a command's connection", failure));
  }

  private void feed(Buffer bytes) {
    try {
      frames.feed(bytes.getBytes());
    } catch (IOException e) {
      log.warn("the connection of a command is closed: {}", e.getMessage());
      var unused = socket.close();
    }
  }

  private void take(ClientMessage message) {
    switch (message.getKindCase()) {
      case COMMAND_LINE -> begin(message.getCommandLine());
      case SIGNAL -> end(message.getSignal().getSignal());
      default -> {
        CompletableFuture<ClientMessage> mine = answer();
        if (mine == null || !mine.complete(message)) {
          log.warn("the connection of a command is closed: an answer to nothing");
          var unused = socket.close();
        }
      }
    }
  }

  private synchronized @Nullable CompletableFuture<ClientMessage> answer() {
    return answer;
  }

  private void begin(CommandLine line) {
    SocketPeer.hasAsked(socket);
    if (!CommandRequest.isKnown(line)) {
      decline();
      return;
    }
    synchronized (this) {
      if (request != null) {
        var unused = socket.close();
        return;
      }
      request = CommandRequest.of(line);
    }
    try {
      workers.execute(this::work);
    } catch (RejectedExecutionException e) {
      decline();
    }
  }

  private void decline() {
    send(DECLINED);
  }

  private void work() {
    synchronized (this) {
      worker = Thread.currentThread();
      interruptIfOver();
    }
    try {
      OptionalInt code = runner.run(this);
      if (isAbandoned()) {
        loop.runOnContext(v -> socket.close());
      } else if (code.isEmpty()) {
        decline();
      } else {
        CommandExit exit = CommandExit.newBuilder().setCode(code.getAsInt()).build();
        send(ServiceMessage.newBuilder().setExit(exit).build());
      }
    } catch (RuntimeException | Error e) {
      log.error("a command failed", e);
      loop.runOnContext(v -> socket.close());
    } finally {
      synchronized (this) {
        worker = null;
      }
    }
  }

  private synchronized void end(int number) {
    if (signal == 0) {
      signal = number;
      interruptIfOver();
    }
  }

  private synchronized void leave() {
    left = true;
    interruptIfOver();
  }

  /** Ends the connection, and leaves a container that has begun to the next service. */
  synchronized void abandon() {
    abandoned = true;
    interruptIfOver();
  }

  private void interruptIfOver() {
    if (worker != null && (left || abandoned || signal != 0)) {
      worker.interrupt();
    }
  }

  private void send(ServiceMessage message) {
    send(ClientFrames.bytes(message));
  }

  private void send(byte[] bytes) {
    loop.runOnContext(
        v -> {
          var unused = socket.write(Buffer.buffer(bytes));
        });
  }

  private ClientMessage ask(ServiceMessage question) {
    CompletableFuture<ClientMessage> mine = new CompletableFuture<>();
    synchronized (this) {
      if (left) {
        throw new CancelledException("the client has left", null);
      }
      answer = mine;
    }
    send(question);
    return Deadline.after(ENDLESS).await(mine, "the client");
  }

  @Override
  public synchronized CommandRequest request() {
    if (request == null) {
      throw new IllegalStateException("no command line has arrived");
    }
    return request;
  }

  @Override
  public ClientProcess process() {
    return process;
  }

  @Override
  public void write(boolean error, byte[] text) throws IOException {
    for (int at = 0; at < text.length; at += MOST_TEXT) {
      ByteString part = ByteString.copyFrom(text, at, Math.min(MOST_TEXT, text.length - at));
      CommandOutput output = CommandOutput.newBuilder().setError(error).setText(part).build();
      try {
        String failure =
            ask(ServiceMessage.newBuilder().setOutput(output).build())
                .getOutputTaken()
                .getFailure();
        if (!failure.isEmpty()) {
          throw new IOException(failure);
        }
      } catch (CancelledException e) {
        Thread.currentThread().interrupt();
        throw (IOException) new InterruptedIOException(e.getMessage()).initCause(e);
      }
    }
  }

  @Override
  public ProcessEnded attach(AttachProcess subject) {
    return ask(ServiceMessage.newBuilder().setAttach(subject).build()).getProcessEnded();
  }

  @Override
  public synchronized int signal() {
    return signal;
  }

  @Override
  public synchronized boolean isAbandoned() {
    return abandoned;
  }
}
