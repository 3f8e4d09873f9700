package io.vmfactory.cli;

import io.vmfactory.client.sandbox.ContainerProcess;
import io.vmfactory.configs.host.TerminalSize;
import io.vmfactory.configs.time.Deadline;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Connects this process to a process in a container: signals, streams, window size and exit code.
 * Before the container's process exists, a signal ends this process. The second SIGINT, SIGTERM or
 * SIGHUP also ends it, because the first process of a container ignores signals that it does not
 * handle.
 */
final class StreamSession implements Session {
  private static final List<String> FORWARDED = List.of("INT", "TERM", "HUP", "USR1", "USR2");
  private static final Set<Integer> TO_END = Set.of(1, 2, 15);
  private static final int CHUNK_BYTES = 1 << 16;

  /** The limit for passing on one signal or window size. */
  private static final Duration SHORT = Duration.ofSeconds(10);

  /** Longer than any process runs. */
  private static final Duration ENDLESS = Duration.ofDays(365);

  private final Stdio stdio;
  private final Signals signals;
  private final IntConsumer exit;

  /** Guards the process and the flag that this process is ending. */
  private @Nullable ContainerProcess process;

  private boolean askedToEnd;
  private boolean ending;

  /**
   * @param exit ends this process with a code; may return while the process is ending
   */
  StreamSession(Stdio stdio, Signals signals, IntConsumer exit) {
    this.stdio = stdio;
    this.signals = signals;
    this.exit = exit;
    FORWARDED.forEach(name -> signals.handle(name, this::onSignal));
  }

  @Override
  public synchronized boolean isEnding() {
    return ending;
  }

  @Override
  public int attach(Begun subject, Attachment attachment) {
    return attach(subject.process(), attachment);
  }

  /**
   * Connects this process to {@code subject} until that has ended and all its output is written.
   *
   * @return the exit status of {@code subject}
   * @throws OutputClosedException if our output is closed; {@code subject} keeps running then
   */
  int attach(ContainerProcess subject, Attachment attachment) {
    synchronized (this) {
      process = subject;
    }
    if (!attachment.raw()) {
      return attachCooked(subject, attachment);
    }
    RawTerminal terminal = RawTerminal.enter();
    try {
      return attachCooked(subject, attachment);
    } finally {
      terminal.close();
    }
  }

  private int attachCooked(ContainerProcess subject, Attachment attachment) {
    if (attachment.terminal()) {
      resize(subject);
      signals.handle("WINCH", number -> resize(subject));
    }
    CompletableFuture<Integer> ended = new CompletableFuture<>();
    CompletableFuture<Void> out = pump("output", subject.stdout(), stdio.out(), ended);
    CompletableFuture<Void> err =
        attachment.terminal()
            ? CompletableFuture.completedFuture(null) // a terminal has one output
            : pump("error", subject.stderr(), stdio.err(), ended);
    feed(subject, attachment);
    CompletableFuture<Integer> exited = subject.exited().toCompletableFuture();
    var unused =
        CompletableFuture.allOf(exited, out, err).thenRun(() -> ended.complete(exited.join()));
    List.of(exited, out, err)
        .forEach(
            part ->
                part.exceptionally(
                    e -> {
                      fail(ended, exited, e);
                      return null;
                    }));
    return Deadline.after(ENDLESS).await(ended, "the process to end");
  }

  /**
   * Ends with the failure. A failure of the process takes precedence over one of its streams,
   * because it says more.
   */
  private static void fail(
      CompletableFuture<Integer> ended, CompletableFuture<Integer> exited, Throwable failure) {
    var unused =
        exited
            .copy()
            .orTimeout(SHORT.toSeconds(), TimeUnit.SECONDS)
            .whenComplete(
                (code, own) ->
                    ended.completeExceptionally(
                        cause(
                            own == null || cause(own) instanceof TimeoutException
                                ? failure
                                : own)));
  }

  private static Throwable cause(Throwable failure) {
    return failure instanceof CompletionException && failure.getCause() != null
        ? failure.getCause()
        : failure;
  }

  private void onSignal(int number) {
    ContainerProcess target;
    synchronized (this) {
      boolean toEnd = TO_END.contains(number);
      boolean last = process == null || (toEnd && askedToEnd);
      askedToEnd |= toEnd;
      ending |= last;
      target = last ? null : process;
    }
    if (target == null) {
      exit.accept(128 + number);
    } else {
      harmlessly(() -> target.signal(number, Deadline.after(SHORT)));
    }
  }

  private void resize(ContainerProcess subject) {
    TerminalSize size = Terminals.ofThisProcess().size();
    if (size.isKnown()) {
      harmlessly(() -> subject.resize(size.rows(), size.columns(), Deadline.after(SHORT)));
    }
  }

  /**
   * Runs {@code call} and ignores its failure. It fails if the process is gone, which {@link
   * #attach} reports.
   */
  private static void harmlessly(Runnable call) {
    try {
      call.run();
    } catch (RuntimeException e) {
      return;
    }
  }

  /**
   * Copies our input to the process. Stops when the process closes its input. Ignores write
   * failures, because the end of the process reports them.
   */
  private void feed(ContainerProcess subject, Attachment attachment) {
    if (attachment.input()) {
      var unused =
          start(
              "stdin",
              () -> {
                try (OutputStream to = subject.stdin()) {
                  copy(stdio.in(), to);
                }
              });
    } else if (!attachment.terminal()) {
      var unused = start("stdin", () -> subject.stdin().close());
    }
  }

  private static void copy(InputStream from, OutputStream to) throws IOException {
    byte[] buffer = new byte[CHUNK_BYTES];
    for (int n = from.read(buffer); n >= 0; n = from.read(buffer)) {
      to.write(buffer, 0, n);
      to.flush();
    }
  }

  private static CompletableFuture<Void> pump(
      String name, InputStream from, OutputStream to, CompletableFuture<Integer> ended) {
    return start(
        "std" + name,
        () -> {
          byte[] buffer = new byte[CHUNK_BYTES];
          for (int n = from.read(buffer); n >= 0; n = from.read(buffer)) {
            try {
              to.write(buffer, 0, n);
            } catch (IOException e) {
              OutputClosedException gone = new OutputClosedException(name, e);
              ended.completeExceptionally(gone);
              throw gone;
            }
          }
        });
  }

  private interface Work {
    void run() throws IOException;
  }

  private static CompletableFuture<Void> start(String name, Work work) {
    CompletableFuture<Void> done = new CompletableFuture<>();
    Thread thread =
        new Thread(
            () -> {
              try {
                work.run();
                done.complete(null);
              } catch (IOException e) {
                done.completeExceptionally(new UncheckedIOException(e.getMessage(), e));
              } catch (RuntimeException e) {
                done.completeExceptionally(e);
              }
            },
            name);
    thread.setDaemon(true);
    thread.start();
    return done;
  }
}
