package io.vmfactory.client.sandbox;

import io.vmfactory.configs.time.Deadline;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.concurrent.CompletionStage;

/**
 * A process in a container, and its streams. They pass bytes through as they are, block, and hold
 * at most 512 KiB of each direction here: a process that is read slowly, or not at all, waits in
 * its guest, and a writer waits for a process that does not read. They throw IOException when the
 * VM or the connection to it is gone, {@code InterruptedIOException} when the thread is
 * interrupted. Each stream is for one thread at a time, and each process's streams for one handle.
 */
public interface ContainerProcess {
  /** Its id in its container; the container's own for the first process. */
  String id();

  /** Its standard input. Closing it is the end that the process sees. */
  OutputStream stdin();

  /** Its standard output; with a terminal, everything that it prints. */
  InputStream stdout();

  /** Its standard error; with a terminal there is nothing in it. */
  InputStream stderr();

  /**
   * Completes when it has ended: 0..255, 128 + signal when a signal ended it. Fails with {@link
   * SandboxException} when that cannot be known any more.
   */
  CompletionStage<Integer> exited();

  /** Waits for its end and returns the exit status, see {@link #exited()}. */
  int await(Deadline deadline);

  /** Sends it a signal. */
  void signal(int signal, Deadline deadline);

  /** Sets the size of its terminal. */
  void resize(int rows, int columns, Deadline deadline);
}
