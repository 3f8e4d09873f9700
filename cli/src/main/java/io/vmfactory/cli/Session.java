package io.vmfactory.cli;

import io.vmfactory.client.sandbox.ContainerProcess;
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
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/**
 * This process in the place of one in a container: its signals, its streams, its window, its exit
 * code. Signals that come before that process is there end this one, and so does the second that
 * asks to end (SIGINT, SIGTERM, SIGHUP): the first process of a container is deaf to those unless
 * it handles them.
 */
final class Session {
  private static final int BROKEN_PIPE = 128 + 13;

  private static final List<String> FORWARDED = List.of("INT", "TERM", "HUP", "USR1", "USR2");
  private static final Set<Integer> TO_END = Set.of(1, 2, 15);
  private static final int SIGKILL = 9;
  private static final int CHUNK_BYTES = 1 << 16;

  /** How long passing on a signal or a size may take. */
  private static final Duration SHORT = Duration.ofSeconds(10);

  /** A process runs as long as it does. */
  private static final Duration ENDLESS = Duration.ofDays(365);

  private final Stdio stdio;
  private final Signals signals;
  private final IntConsumer exit;

  /** Under this lock: the process and whether we are about to end. */
  private @Nullable ContainerProcess process;

  private boolean askedToEnd;
  private boolean ending;

  /**
   * What of ours a process is given.
   *
   * @param input our standard input; else it has none
   * @param terminal whether it has a terminal, whose size is that of ours
   * @param raw whether our terminal passes keys on as they are
   */
  record Attachment(boolean input, boolean terminal, boolean raw) {}

  /**
   * @param exit ends this process with a code; where it returns, the process is ending
   */
  Session(Stdio stdio, Signals signals, IntConsumer exit) {
    this.stdio = stdio;
    this.signals = signals;
    this.exit = exit;
    FORWARDED.forEach(name -> signals.handle(name, this::onSignal));
  }

  /**
   * Does {@code work}, which runs a process for us, and returns its exit code: the process's, or
   * what the end of our output stands for. What fails because a signal ends us is not told.
   */
  int guarded(IntSupplier work) {
    try {
      return work.getAsInt();
    } catch (OutputGoneException e) {
      if (e.isBrokenPipe()) {
        return BROKEN_PIPE;
      }
      throw e;
    } catch (RuntimeException e) {
      if (isEnding()) {
        return Exit.OF_OUR_OWN; // the signal's own code is on its way
      }
      throw e;
    }
  }

  private synchronized boolean isEnding() {
    return ending;
  }

  /**
   * Is {@code subject} until it has ended and everything that it printed is out.
   *
   * @return its exit status
   * @throws OutputGoneException when our output takes no more; it runs on then
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
            ? CompletableFuture.completedFuture(null) // all that it prints is in stdout
            : pump("error", subject.stderr(), stdio.err(), ended);
    feed(subject, attachment);
    CompletableFuture<Integer> exited = subject.exited().toCompletableFuture();
    CompletableFuture.allOf(exited, out, err).thenRun(() -> ended.complete(exited.join()));
    List.of(exited, out, err).forEach(part -> part.exceptionally(e -> fail(ended, exited, e)));
    return Deadline.after(ENDLESS).await(ended, "the process to end");
  }

  /** What the process's end says comes before what its streams say: it knows more. */
  private static <T> @Nullable T fail(
      CompletableFuture<Integer> ended, CompletableFuture<Integer> exited, Throwable failure) {
    exited
        .copy()
        .orTimeout(SHORT.toSeconds(), TimeUnit.SECONDS)
        .whenComplete(
            (code, own) ->
                ended.completeExceptionally(
                    cause(own == null || cause(own) instanceof TimeoutException ? failure : own)));
    return null;
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
      boolean last = process == null || toEnd && askedToEnd;
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

  /** Ends the process at once. */
  static void kill(ContainerProcess process) {
    harmlessly(() -> process.signal(SIGKILL, Deadline.after(SHORT)));
  }

  private void resize(ContainerProcess subject) {
    TerminalSize size = RawTerminal.size();
    if (size.isKnown()) {
      harmlessly(() -> subject.resize(size.rows(), size.columns(), Deadline.after(SHORT)));
    }
  }

  /** A process that is gone needs neither signal nor size; that it is gone is told elsewhere. */
  private static void harmlessly(Runnable call) {
    try {
      call.run();
    } catch (RuntimeException e) {
      return;
    }
  }

  /** The process's own end of input ends ours, and a failure to write to it is told by its end. */
  private void feed(ContainerProcess subject, Attachment attachment) {
    if (attachment.input()) {
      start(
          "stdin",
          () -> {
            try (OutputStream to = subject.stdin()) {
              copy(stdio.in(), to);
            }
          });
    } else if (!attachment.terminal()) {
      start("stdin", () -> subject.stdin().close());
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
              OutputGoneException gone = new OutputGoneException(name, e);
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
