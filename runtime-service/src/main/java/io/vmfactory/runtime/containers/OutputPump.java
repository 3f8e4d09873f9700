package io.vmfactory.runtime.containers;

import io.vmfactory.client.sandbox.ContainerProcess;
import io.vmfactory.configs.ErrorText;
import io.vmfactory.guest.GuestProcesses.Output;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Copies one output of a process to its log, as long as the process lives. No thread waits for the
 * process.
 */
final class OutputPump {
  private static final Logger log = LoggerFactory.getLogger(OutputPump.class);

  private final Output output;
  private final OutputLog to;
  private final Executor executor;
  private final Runnable changed;
  private volatile CompletableFuture<Void> ended = CompletableFuture.completedFuture(null);
  private boolean complained;

  /**
   * @param changed runs after each part
   */
  OutputPump(Output output, OutputLog to, Executor executor, Runnable changed) {
    this.output = output;
    this.to = to;
    this.executor = executor;
    this.changed = changed;
  }

  OutputLog log() {
    return to;
  }

  /** Returns a stage that completes when the process's output, or the connection, has ended. */
  CompletableFuture<Void> ended() {
    return ended;
  }

  /** Begins to copy the output of {@code process}. */
  void start(ContainerProcess process) {
    CompletableFuture<Void> end = new CompletableFuture<>();
    ended = end;
    next(process, end);
  }

  private void next(ContainerProcess process, CompletableFuture<Void> end) {
    var unused =
        process
            .read(output)
            .whenCompleteAsync((bytes, failure) -> take(process, end, bytes, failure), executor);
  }

  private void take(
      ContainerProcess process,
      CompletableFuture<Void> end,
      byte @Nullable [] bytes,
      @Nullable Throwable failure) {
    if (failure != null || bytes == null || bytes.length == 0) {
      end.complete(null);
    } else {
      append(bytes);
      next(process, end);
    }
    changed.run();
  }

  /** A process whose output cannot be recorded goes on. */
  private void append(byte[] bytes) {
    try {
      to.append(bytes);
    } catch (IOException e) {
      if (!complained) {
        complained = true;
        log.warn("output is lost: {}", ErrorText.of(e));
      }
    }
  }
}
